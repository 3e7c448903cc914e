"""Learning rates over the steps of training, beside those of Keras."""

from kerazoo.models.transformer.schedules.inverse_square_root import InverseSquareRoot
from kerazoo.models.transformer.schedules.warmup_stable_decay import WarmupStableDecay

__all__ = ["InverseSquareRoot", "WarmupStableDecay"]
