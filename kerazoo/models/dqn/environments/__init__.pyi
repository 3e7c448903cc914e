from .making import frames_of
from .making import make
from .making import register

__all__ = ["frames_of", "make", "register"]
