"""A learning rate that falls as the inverse square root of the step."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class InverseSquareRoot(keras.optimizers.schedules.LearningRateSchedule):
    r"""Rises linearly to its peak, then falls as \(\sqrt{w / t}\).

    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Equation 3, with the peak
    as an argument, where theirs is \(D^{-1/2} w^{-1/2}\).

    Args:
        peak: float. Learning rate of step w.
        warmup_steps: int. Steps w in which it rises.

    Call arguments:
        step: Number of steps done.

    Returns:
        float32 scalar, the learning rate of the next step t.

    Raises:
        ValueError: If there is no step to rise in.

    Example:

    ```python
    keras.optimizers.Adam(InverseSquareRoot(5e-3, warmup_steps=2_000))
    ```
    """

    def __init__(self, peak: float, warmup_steps: int = 4_000):
        if warmup_steps < 1:
            raise ValueError(
                "`warmup_steps` must be positive. "
                f"Received: warmup_steps={warmup_steps}"
            )
        self.peak = peak
        self.warmup_steps = warmup_steps

    def __call__(self, step: Tensor) -> Tensor:
        progress = (ops.cast(step, "float32") + 1) / self.warmup_steps
        return self.peak * ops.minimum(progress, ops.rsqrt(progress))

    def get_config(self):
        return {"peak": self.peak, "warmup_steps": self.warmup_steps}
