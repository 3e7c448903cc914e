from .runs.reading import load
from .runs.runner import run

__version__: str
__all__ = ["load", "run"]
