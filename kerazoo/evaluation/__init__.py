"""How good generated images are: distances to real ones, in features of a network.

Measures of features and of modes are here; `images` has the networks that make
features, `text` and `graphs` what texts and predictions about graphs are measured by.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
