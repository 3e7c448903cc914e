"""Layers on Keras 3 alone, for any of its backends."""

from kerazoo.layers.dueling_head import DuelingHead

__all__ = ["DuelingHead"]
