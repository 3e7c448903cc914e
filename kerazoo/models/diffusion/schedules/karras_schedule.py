"""The schedule of EDM."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.schedules.schedule import Levels
from kerazoo.models.diffusion.schedules.schedule import Schedule
from kerazoo.models.diffusion.schedules.schedule import append_clean
from kerazoo.models.diffusion.schedules.schedule import check_steps
from kerazoo.models.diffusion.schedules.schedule import karras_sigmas
from kerazoo.models.diffusion.schedules.schedule import log_spaced
from kerazoo.models.diffusion.schedules.schedule import normal_quantile
from kerazoo.models.diffusion.schedules.schedule import unit_ramp


@keras.saving.register_keras_serializable(package="kerazoo")
class KarrasSchedule(Schedule):
    r"""Alpha is 1 everywhere; sigma is drawn log-normally, sampled at even roots.

    Training draws \(\ln\sigma \sim N(P_{mean}, P_{std}^2)\); samplers take Equation 5
    of [Karras et al., 2022](https://arxiv.org/abs/2206.00364), and Table 1 has the
    defaults. The spacings are `"karras"` and `"log_snr"`, even in the logarithm.

    Args:
        sigma_min: float. Last noise level above zero, in units of the data.
        sigma_max: float. First noise level.
        rho: float. Larger values spend more levels near `sigma_min`.
        log_mean: float. Mean of the logarithm of sigma in training.
        log_std: float. Its standard deviation.

    Raises:
        ValueError: If not `0 < sigma_min < sigma_max`.

    Example:

    ```python
    alphas, sigmas = KarrasSchedule().steps(18)  # sigmas from 80 to 0.002, then 0
    ```
    """

    spacings = ("karras", "log_snr")

    def __init__(
        self,
        sigma_min: float = 0.002,
        sigma_max: float = 80.0,
        rho: float = 7.0,
        log_mean: float = -1.2,
        log_std: float = 1.2,
    ):
        if not 0 < sigma_min < sigma_max:
            raise ValueError(
                "`sigma_min` must be positive and below `sigma_max`. "
                f"Received: sigma_min={sigma_min}, sigma_max={sigma_max}"
            )
        self.sigma_min = sigma_min
        self.sigma_max = sigma_max
        self.rho = rho
        self.log_mean = log_mean
        self.log_std = log_std

    def level(self, t: Tensor) -> Levels:
        ramp = 1 - ops.clip(ops.cast(t, "float32"), 0, 1)
        return self._levels(
            karras_sigmas(ramp, self.sigma_min, self.sigma_max, self.rho)
        )

    def draw(self, uniform: Tensor) -> Levels:
        normal = normal_quantile(uniform)
        return self._levels(ops.exp(self.log_mean + self.log_std * normal))

    def steps(
        self,
        num_steps: int | Tensor,
        spacing: str | None = None,
        dtype: str = "float32",
    ) -> Levels:
        spacing = check_steps(num_steps, spacing, self.spacings)
        ramp = unit_ramp(num_steps, dtype)
        if spacing == "karras":
            sigmas = karras_sigmas(ramp, self.sigma_min, self.sigma_max, self.rho)
        else:
            sigmas = log_spaced(ramp, self.sigma_min, self.sigma_max)
        return append_clean(*self._levels(sigmas))

    def _levels(self, sigmas):
        return ops.ones_like(sigmas), sigmas

    def get_config(self):
        return {
            "sigma_min": self.sigma_min,
            "sigma_max": self.sigma_max,
            "rho": self.rho,
            "log_mean": self.log_mean,
            "log_std": self.log_std,
        }
