"""Transitions in files: written as an agent plays, read to learn without playing."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
