"""What makes a `gymnasium.Env` of a name: Atari, MinAtar, and all that is registered.

Importing it loads nothing heavy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
