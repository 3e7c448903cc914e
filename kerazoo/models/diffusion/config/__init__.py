"""From sizes and names to a `Diffusion`: its network, its noise, how it learns."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
