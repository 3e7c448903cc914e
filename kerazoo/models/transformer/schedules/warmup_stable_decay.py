"""A learning rate that is constant but at both ends of training."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class WarmupStableDecay(keras.optimizers.schedules.LearningRateSchedule):
    r"""Rises linearly to its peak, stays there, and falls linearly to 0.

    [Hu et al., 2024](https://arxiv.org/abs/2404.06395), Section 4: what is trained in
    the middle can be trained on. The fall is linear, as
    [Haegele et al., 2024](https://arxiv.org/abs/2405.18392), Section 3, compare.

    Args:
        peak: float. Learning rate in between.
        warmup_steps: int. Steps in which it rises; 0 for none.
        total_steps: int. Steps of all.
        decay_steps: int. Steps at the end in which it falls.

    Call arguments:
        step: Number of steps done.

    Returns:
        float32 scalar, the learning rate of the next step.

    Raises:
        ValueError: If the steps of both ends are more than all.

    Example:

    ```python
    WarmupStableDecay(1e-3, warmup_steps=100, total_steps=2_000, decay_steps=400)
    ```
    """

    def __init__(
        self, peak: float, warmup_steps: int, total_steps: int, decay_steps: int
    ):
        if min(warmup_steps, decay_steps) < 0 or decay_steps + warmup_steps > (
            total_steps
        ):
            raise ValueError(
                "`warmup_steps` and `decay_steps` must fit into `total_steps`. "
                f"Received: warmup_steps={warmup_steps}, decay_steps={decay_steps}, "
                f"total_steps={total_steps}"
            )
        self.peak = peak
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps
        self.decay_steps = decay_steps

    def __call__(self, step: Tensor) -> Tensor:
        step = ops.cast(step, "float32")
        rise = (step + 1) / max(self.warmup_steps, 1)
        fall = (self.total_steps - step) / (self.decay_steps + 1)
        return self.peak * ops.clip(ops.minimum(rise, fall), 0.0, 1.0)

    def get_config(self):
        return {
            "peak": self.peak,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
            "decay_steps": self.decay_steps,
        }
