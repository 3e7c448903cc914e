"""Differentiable augmentations of what a discriminator sees."""

from kerazoo.models.gan.augmentation.adaptive_probability import AdaptiveProbability
from kerazoo.models.gan.augmentation.affine_color_augment import AffineColorAugment
from kerazoo.models.gan.augmentation.diff_augment import DiffAugment

AUGMENTATIONS = {"affine_color": AffineColorAugment, "diff_augment": DiffAugment}

__all__ = [
    "AUGMENTATIONS",
    "AdaptiveProbability",
    "AffineColorAugment",
    "DiffAugment",
]
