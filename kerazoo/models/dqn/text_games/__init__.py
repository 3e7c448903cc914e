"""Games of text: their words are read, and one of the commands they offer is chosen."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
