"""Text as tokens and back: vocabularies of subwords, of words and of characters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
