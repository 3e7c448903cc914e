"""Images with or without labels: built in, from TensorFlow Datasets, from folders."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
