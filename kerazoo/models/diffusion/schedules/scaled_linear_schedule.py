"""The scaled linear schedule of latent diffusion."""

import typing

import keras
import numpy as np

from kerazoo.models.diffusion.schedules.linear_schedule import LinearSchedule


@keras.saving.register_keras_serializable(package="kerazoo")
class ScaledLinearSchedule(LinearSchedule):
    """Betas whose square roots lie at equal distances.

    The schedule of [Rombach et al., 2022](https://arxiv.org/abs/2112.10752).

    Args:
        beta_start: float. Variance of the first step of the chain.
        beta_end: float. Variance of the last step.
        **kwargs: Of `DiscreteSchedule`: `num_train_steps`, `zero_terminal_snr`, `rho`.

    Raises:
        ValueError: If a beta is not between 0 and 1.

    Example:

    ```python
    schedule = ScaledLinearSchedule(zero_terminal_snr=True)
    schedule.steps(10)  # begins at (0, 1)
    ```
    """

    def __init__(
        self, beta_start: float = 8.5e-4, beta_end: float = 0.012, **kwargs: typing.Any
    ):
        super().__init__(beta_start, beta_end, **kwargs)

    def betas(self) -> np.ndarray:
        start, end = np.sqrt([self.beta_start, self.beta_end])
        return np.linspace(start, end, self.num_train_steps) ** 2
