"""Losses of tokens and classes."""

from kerazoo.models.transformer.losses.ctc import ctc_loss
from kerazoo.models.transformer.losses.projected_cross_entropy import (
    projected_cross_entropy,
)
from kerazoo.models.transformer.losses.smoothed_cross_entropy import (
    smoothed_cross_entropy,
)

__all__ = ["ctc_loss", "projected_cross_entropy", "smoothed_cross_entropy"]
