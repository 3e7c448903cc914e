"""The cosine schedule of improved DDPM."""

import typing

import keras
import numpy as np

from kerazoo.models.diffusion.schedules.discrete_schedule import DiscreteSchedule


@keras.saving.register_keras_serializable(package="kerazoo")
class CosineSchedule(DiscreteSchedule):
    r"""Alpha falls like a quarter of a cosine.

    \(\alpha_t^2 = f(t) / f(0)\), \(f(t) = \cos^2(\frac{t/T + s}{1 + s}
    \frac{\pi}{2})\), with no beta above `max_beta`; Equation 17 of
    [Nichol and Dhariwal, 2021](https://arxiv.org/abs/2102.09672).

    Args:
        offset: float. The s that keeps the first betas from vanishing.
        max_beta: float. Largest variance of one step of the chain.
        **kwargs: Of `DiscreteSchedule`: `num_train_steps`, `zero_terminal_snr`, `rho`.

    Raises:
        ValueError: If a beta is not between 0 and 1.

    Example:

    ```python
    alpha, sigma = CosineSchedule().level(np.array([0.0, 0.5, 1.0]))  # (3,), (3,)
    ```
    """

    def __init__(
        self, offset: float = 0.008, max_beta: float = 0.999, **kwargs: typing.Any
    ):
        self.offset = offset
        self.max_beta = max_beta
        super().__init__(**kwargs)

    def betas(self) -> np.ndarray:
        t = np.linspace(0, 1, self.num_train_steps + 1)
        f = np.cos((t + self.offset) / (1 + self.offset) * np.pi / 2) ** 2
        return np.minimum(1 - f[1:] / f[:-1], self.max_beta)

    def get_config(self):
        config = {"offset": self.offset, "max_beta": self.max_beta}
        return {**super().get_config(), **config}
