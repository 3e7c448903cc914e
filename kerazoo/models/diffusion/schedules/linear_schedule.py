"""The linear schedule of DDPM."""

import typing

import keras
import numpy as np

from kerazoo.models.diffusion.schedules.discrete_schedule import DiscreteSchedule


@keras.saving.register_keras_serializable(package="kerazoo")
class LinearSchedule(DiscreteSchedule):
    """Betas at equal distances from `beta_start` to `beta_end`.

    Section 4 of [Ho et al., 2020](https://arxiv.org/abs/2006.11239).

    Args:
        beta_start: float. Variance of the first step of the chain.
        beta_end: float. Variance of the last step.
        **kwargs: Of `DiscreteSchedule`: `num_train_steps`, `zero_terminal_snr`, `rho`.

    Raises:
        ValueError: If a beta is not between 0 and 1.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(50, spacing="leading")  # (51,), (51,)
    ```
    """

    def __init__(
        self, beta_start: float = 1e-4, beta_end: float = 0.02, **kwargs: typing.Any
    ):
        self.beta_start = beta_start
        self.beta_end = beta_end
        super().__init__(**kwargs)

    def betas(self) -> np.ndarray:
        return np.linspace(self.beta_start, self.beta_end, self.num_train_steps)

    def get_config(self):
        config = {"beta_start": self.beta_start, "beta_end": self.beta_end}
        return {**super().get_config(), **config}
