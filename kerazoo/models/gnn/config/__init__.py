"""From sizes and names to models of graphs: encoder, ends, and how they learn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
