from .image_generation import ImageGeneration

__all__ = ["ImageGeneration"]
