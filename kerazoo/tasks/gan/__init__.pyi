from .image_generation import ImageGeneration
from .point_generation import PointGeneration

__all__ = ["ImageGeneration", "PointGeneration"]
