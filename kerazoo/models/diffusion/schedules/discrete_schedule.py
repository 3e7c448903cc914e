"""Variance-preserving schedules given by a table of betas."""

import numpy as np
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.schedules.schedule import Levels
from kerazoo.models.diffusion.schedules.schedule import Schedule
from kerazoo.models.diffusion.schedules.schedule import append_clean
from kerazoo.models.diffusion.schedules.schedule import check_steps
from kerazoo.models.diffusion.schedules.schedule import karras_sigmas
from kerazoo.models.diffusion.schedules.schedule import log_spaced
from kerazoo.models.diffusion.schedules.schedule import step_numbers
from kerazoo.models.diffusion.schedules.schedule import unit_ramp
from kerazoo.models.diffusion.schedules.schedule import variance_preserving
from kerazoo.models.diffusion.schedules.zero_terminal_snr import zero_terminal_snr


class DiscreteSchedule(Schedule):
    r"""Noise levels of a Markov chain of T steps with variances beta.

    \(\alpha_t^2 = \prod_{s \le t} (1 - \beta_s)\), \(\sigma_t^2 = 1 - \alpha_t^2\),
    Equation 4 of [Ho et al., 2020](https://arxiv.org/abs/2006.11239). The table is
    computed once in double precision. Times between its entries lie on the chord of
    two neighbours, brought back to \(\alpha^2 + \sigma^2 = 1\).

    The spacings of `steps`, with t counted from 0 to T - 1 and n steps:

    - `"trailing"`: `round(T * (n - i) / n) - 1`, which begins at T - 1.
    - `"leading"`: `(n - 1 - i) * (T // n)`, which ends at 0; the choice of DDPM, DDIM.
    - `"linspace"`: `round((T - 1) * (n - i) / n)`; the choice of DPM-Solver.
    - `"interpolated"`: n times from T - 1 to 0, where sigma / alpha is interpolated
      linearly; the choice of k-diffusion.
    - `"karras"`: Equation 5 of Karras et al. between the table's ends.
    - `"log_snr"`: n levels at equal distances of the logarithmic signal-to-noise ratio.
    - `"balanced"`: the geometric means of the sigma / alpha of `"trailing"` and of
      `"log_snr"`, between even times and even steps of the solver.

    Args:
        num_train_steps: int. The length T of the chain.
        zero_terminal_snr: bool. Rescales the table so that it ends in pure noise.
        rho: float. Exponent of the `"karras"` spacing.
    """

    spacings = (
        "trailing",
        "leading",
        "linspace",
        "interpolated",
        "karras",
        "log_snr",
        "balanced",
    )

    def __init__(
        self,
        num_train_steps: int = 1000,
        zero_terminal_snr: bool = False,
        rho: float = 7.0,
    ):
        if num_train_steps < 2:
            raise ValueError(
                "`num_train_steps` must be at least 2. "
                f"Received: num_train_steps={num_train_steps}"
            )
        self.num_train_steps = num_train_steps
        self.zero_terminal_snr = zero_terminal_snr
        self.rho = rho
        self.alphas_cumprod = self._table()
        self.alphas = np.sqrt(self.alphas_cumprod)
        self.sigmas = np.sqrt(1 - self.alphas_cumprod)
        with np.errstate(divide="ignore"):
            self._ratios = self.sigmas / self.alphas

    def betas(self) -> np.ndarray:
        """Returns the float64 `(T,)` variances of the chain's steps."""
        raise NotImplementedError

    def _table(self):
        betas = np.asarray(self.betas(), "float64")
        if not (np.all(betas > 0) and np.all(betas < 1)):
            raise ValueError(
                "Every beta must lie strictly between 0 and 1. "
                f"Received: betas from {betas.min()} to {betas.max()}"
            )
        table = np.cumprod(1 - betas)
        return zero_terminal_snr(table) if self.zero_terminal_snr else table

    @property
    def least_posterior_sigma(self) -> float:
        r"""Standard deviation \(\tilde\beta_2^{1/2}\) of the last step that has one.

        It stands for that of the step to the clean image, which is zero, wherever its
        logarithm is needed; Section 3.1 of
        [Nichol and Dhariwal, 2021](https://arxiv.org/abs/2102.09672).
        """
        first, second = self.alphas_cumprod[:2]
        beta = 1 - second / first
        return float(np.sqrt(beta * (1 - first) / (1 - second)))

    def level(self, t: Tensor) -> Levels:
        position = ops.clip(ops.cast(t, "float32"), 0, 1) * (self.num_train_steps - 1)
        below = ops.minimum(ops.floor(position), self.num_train_steps - 2)
        alpha = self._interpolate(self.alphas, below, position)
        sigma = self._interpolate(self.sigmas, below, position)
        length = ops.sqrt(ops.square(alpha) + ops.square(sigma))
        return alpha / length, sigma / length

    def draw(self, uniform: Tensor) -> Levels:
        return self._entries(self._index(uniform))

    def draw_next(self, uniform: Tensor) -> Levels:
        """Returns the levels one step less noisy than `draw` gives, (1, 0) at last.

        Args:
            uniform: float `(B,)` in [0, 1).
        """
        index = self._index(uniform)
        alpha, sigma = self._entries(ops.maximum(index - 1, 0))
        return ops.where(index > 0, alpha, 1.0), ops.where(index > 0, sigma, 0.0)

    def steps(
        self,
        num_steps: int | Tensor,
        spacing: str | None = None,
        dtype: str = "float32",
    ) -> Levels:
        total = self.num_train_steps
        # T rounded times between 0 and T - 1, the first left out, would repeat one.
        limit = total - 1 if spacing == "linspace" else total
        spacing = check_steps(num_steps, spacing, self.spacings, limit)
        numbers, count = step_numbers(num_steps, dtype)
        remaining = count - numbers
        if spacing == "trailing":
            index = ops.round(total * remaining / count) - 1
        elif spacing == "leading":
            index = (remaining - 1) * ops.floor(total / count)
        elif spacing == "linspace":
            index = ops.round((total - 1) * remaining / count)
        else:
            ratios = self._spaced(spacing, num_steps, dtype)
            return append_clean(*variance_preserving(ratios))
        return append_clean(*self._entries(index, dtype))

    def _spaced(self, spacing, num_steps, dtype):
        """Returns sigma / alpha of the spacings that lie between the table's levels."""
        last, first = float(self._ratios[0]), float(self._ratios[-1])
        if not np.isfinite(first):
            raise ValueError(
                "A schedule that ends in pure noise has no largest sigma / alpha: its "
                f"spacing must be one of {self.spacings[:3]}. Received: {spacing=}"
            )
        ramp = unit_ramp(num_steps, dtype)
        if spacing == "karras":
            return karras_sigmas(ramp, last, first, self.rho)
        if spacing == "log_snr":
            return log_spaced(ramp, last, first)
        if spacing == "balanced":
            numbers, count = step_numbers(num_steps, dtype)
            index = ops.round(self.num_train_steps * (count - numbers) / count) - 1
            table = ops.convert_to_tensor(self._ratios, dtype)
            trailing = ops.take(table, ops.cast(index, "int32"))
            return ops.sqrt(trailing * log_spaced(ramp, last, first))
        position = (1 - ramp) * (self.num_train_steps - 1)
        below = ops.minimum(ops.floor(position), self.num_train_steps - 2)
        return self._interpolate(self._ratios, below, position)

    def _index(self, uniform):
        index = ops.floor(ops.cast(uniform, "float32") * self.num_train_steps)
        return ops.minimum(index, self.num_train_steps - 1)

    def _entries(self, index, dtype="float32"):
        tables = (ops.convert_to_tensor(t, dtype) for t in (self.alphas, self.sigmas))
        return tuple(ops.take(table, ops.cast(index, "int32")) for table in tables)

    def _interpolate(self, table, below, position):
        table = ops.convert_to_tensor(table, below.dtype)
        index, part = ops.cast(below, "int32"), position - below
        return (1 - part) * ops.take(table, index) + part * ops.take(table, index + 1)

    def get_config(self):
        return {
            "num_train_steps": self.num_train_steps,
            "zero_terminal_snr": self.zero_terminal_snr,
            "rho": self.rho,
        }
