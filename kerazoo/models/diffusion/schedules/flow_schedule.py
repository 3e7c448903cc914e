"""The schedule of rectified flows."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.schedules.schedule import Levels
from kerazoo.models.diffusion.schedules.schedule import Schedule
from kerazoo.models.diffusion.schedules.schedule import append_clean
from kerazoo.models.diffusion.schedules.schedule import check_steps
from kerazoo.models.diffusion.schedules.schedule import normal_quantile
from kerazoo.models.diffusion.schedules.schedule import step_numbers
from kerazoo.models.diffusion.schedules.schedule import unit_ramp

_DISTRIBUTIONS = ("uniform", "logit_normal")


@keras.saving.register_keras_serializable(package="kerazoo")
class FlowSchedule(Schedule):
    r"""The straight line from data to noise, \(\alpha = 1 - \sigma\).

    The path of [Liu et al., 2023](https://arxiv.org/abs/2209.03003); the time shift
    \(\sigma = m t / (1 + (m - 1) t)\) is Equation 23 and the logit-normal times are
    Section 3.1 of [Esser et al., 2024](https://arxiv.org/abs/2403.03206).

    The spacings of `steps` are `"trailing"`, t = 1 - i / n, and `"linspace"`, n times
    from 1 to `t_min` and then 0.

    Args:
        shift: float. The m above; larger values spend more time at high noise.
        distribution: str. `"uniform"` or `"logit_normal"`, of t in training.
        logit_mean: float. Mean of the normal whose sigmoid is t.
        logit_std: float. Its standard deviation.
        t_min: float. Last time above zero of the `"linspace"` spacing.

    Raises:
        ValueError: If the shift is not positive or the distribution unknown.

    Example:

    ```python
    alphas, sigmas = FlowSchedule(shift=3.0).steps(10)  # sigmas 1.0, 0.964, ..., 0.0
    ```
    """

    spacings = ("trailing", "linspace")

    def __init__(
        self,
        shift: float = 1.0,
        distribution: str = "uniform",
        logit_mean: float = 0.0,
        logit_std: float = 1.0,
        t_min: float = 0.001,
    ):
        if shift <= 0:
            raise ValueError(f"`shift` must be positive. Received: shift={shift}")
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"`distribution` must be one of {_DISTRIBUTIONS}. "
                f"Received: distribution={distribution!r}"
            )
        self.shift = shift
        self.distribution = distribution
        self.logit_mean = logit_mean
        self.logit_std = logit_std
        self.t_min = t_min

    def level(self, t: Tensor) -> Levels:
        t = ops.clip(ops.cast(t, "float32"), 0, 1)
        return self._shifted(1 - t, t)

    def draw(self, uniform: Tensor) -> Levels:
        if self.distribution == "uniform":
            return self.level(uniform)
        logits = self.logit_mean + self.logit_std * normal_quantile(uniform)
        return self._shifted(ops.sigmoid(-logits), ops.sigmoid(logits))

    def steps(
        self,
        num_steps: int | Tensor,
        spacing: str | None = None,
        dtype: str = "float32",
    ) -> Levels:
        spacing = check_steps(num_steps, spacing, self.spacings)
        if spacing == "trailing":
            numbers, count = step_numbers(num_steps, dtype)
            return append_clean(*self._shifted(numbers / count, 1 - numbers / count))
        complement = unit_ramp(num_steps, dtype) * (1 - self.t_min)
        return append_clean(*self._shifted(complement, 1 - complement))

    def _shifted(self, complement, t):
        """Returns `(alpha, sigma)` of `1 - t` and `t`, both to full precision."""
        total = complement + self.shift * t
        return complement / total, self.shift * t / total

    def get_config(self):
        return {
            "shift": self.shift,
            "distribution": self.distribution,
            "logit_mean": self.logit_mean,
            "logit_std": self.logit_std,
            "t_min": self.t_min,
        }
