from .export import Export
from .export import find_exports
from .page import make_page
from .server import serve
from .tab import Tab
from .tabs import make_tab

__all__ = ["Export", "Tab", "find_exports", "make_page", "make_tab", "serve"]
