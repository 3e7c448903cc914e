"""Transformers, GANs, diffusion models, graph networks and DQN on Keras 3.

Importing this loads nothing heavy: `kerazoo.run`, `kerazoo.load` and the subpackages
load what they need when they are first used.
"""

import lazy_loader

__version__ = "0.5.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
