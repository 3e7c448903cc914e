"""Transformers on Keras 3: models that translate, write and classify.

`Transformer` and `Classifier` train a network; `make_translator` and its kin make both
from sizes and names. Networks and decoding run on any backend of Keras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
