"""From sizes and names to a `GAN`: what its two networks are, and how they learn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
