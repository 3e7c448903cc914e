"""Card games: an average policy that comes near an equilibrium, from self-play."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
