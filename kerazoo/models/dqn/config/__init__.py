"""From sizes and names to an agent: its network, its memory, how it learns, explores.

Importing these loads nothing heavy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
