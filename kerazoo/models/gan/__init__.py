"""GANs: two networks that learn from each other, on Keras 3.

`GAN` trains any two Keras models; `make_gan` makes one from sizes and names. Losses,
penalties, augmentations and networks run on any backend of Keras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
