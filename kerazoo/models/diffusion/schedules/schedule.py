"""What all noise schedules have in common."""

import math
import typing

import numpy as np
from keras import ops

from kerazoo.layers.tensor import Tensor

Levels: typing.TypeAlias = tuple[Tensor, Tensor]  # Alphas and sigmas of one shape.


class Schedule:
    """Noise levels `(alpha, sigma)` of `x = alpha * x0 + sigma * epsilon`.

    Subclasses define `level`, `draw` and `steps`; `get_config` names the arguments of
    their constructor, which are attributes of the same names.
    """

    def level(self, t: Tensor) -> Levels:
        """Returns `(alpha, sigma)`, float32 `(B,)`, of float times in [0, 1].

        Args:
            t: float `(B,)`. 1 is the noisiest level.
        """
        raise NotImplementedError

    def draw(self, uniform: Tensor) -> Levels:
        """Returns `(alpha, sigma)`, float32 `(B,)`, as training draws them.

        Args:
            uniform: float `(B,)` in [0, 1), uniformly distributed.
        """
        raise NotImplementedError

    def steps(
        self,
        num_steps: int | Tensor,
        spacing: str | None = None,
        dtype: str = "float32",
    ) -> Levels:
        """Returns the levels of a sampler, from the noisiest to the clean (1, 0).

        Args:
            num_steps: int, or 0-d int tensor where the backend has dynamic shapes.
            spacing: str. One of the class's `spacings`; None takes the first.
            dtype: str. `"float64"` keeps the small differences of hundreds of levels,
                from which samplers then take their coefficients.

        Returns:
            `(alphas, sigmas)`, `(num_steps + 1,)` of that type.
        """
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "Schedule":
        return cls(**config)


def check_steps(
    num_steps: int | Tensor,
    spacing: str | None,
    spacings: tuple[str, ...],
    max_steps: int | None = None,
) -> str:
    """Returns the spacing, by default the first, if it and the number make sense.

    Raises:
        ValueError: If the spacing is unknown, or `num_steps` is a Python integer that
            is not in [1, max_steps].
    """
    spacing = spacings[0] if spacing is None else spacing
    if spacing not in spacings:
        raise ValueError(
            f"`spacing` must be one of {spacings}. Received: spacing={spacing!r}"
        )
    if isinstance(num_steps, (int, np.integer)) and (
        num_steps < 1 or (max_steps and num_steps > max_steps)
    ):
        limit = f"between 1 and {max_steps}" if max_steps else "positive"
        raise ValueError(f"`num_steps` must be {limit}. Received: {num_steps=}")
    return spacing


def step_numbers(num_steps: int | Tensor, dtype: str) -> tuple[Tensor, Tensor]:
    """Returns `0, 1, ..., num_steps - 1` and `num_steps` as floats."""
    numbers = ops.arange(num_steps, dtype="int32")
    return ops.cast(numbers, dtype), ops.cast(num_steps, dtype)


def unit_ramp(num_steps: int | Tensor, dtype: str) -> Tensor:
    """Returns float `(num_steps,)` from 0 to 1, both included."""
    numbers, count = step_numbers(num_steps, dtype)
    return numbers / ops.maximum(count - 1, 1)


def karras_sigmas(
    ramp: Tensor, sigma_min: float, sigma_max: float, rho: float
) -> Tensor:
    r"""Returns \((s_{max}^{1/\rho} + u (s_{min}^{1/\rho} - s_{max}^{1/\rho}))^\rho\).

    Equation 5 of [Karras et al., 2022](https://arxiv.org/abs/2206.00364).

    Args:
        ramp: float, any shape. The u in [0, 1]; 0 is the noisiest.
        sigma_min: float. Standard deviation of the noise at u = 1, for alpha = 1.
        sigma_max: float. The same at u = 0.
        rho: float. Larger values spend more levels near `sigma_min`.
    """
    first, last = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return (first + ramp * (last - first)) ** rho


def log_spaced(ramp: Tensor, sigma_min: float, sigma_max: float) -> Tensor:
    """Returns `sigma_max` at ramp 0 and `sigma_min` at 1, evenly in the logarithm."""
    first, last = math.log(sigma_max), math.log(sigma_min)
    return ops.exp(first + ramp * (last - first))


def append_clean(alphas: Tensor, sigmas: Tensor) -> Levels:
    """Returns the levels with (1, 0) behind them."""
    one = ops.ones((1,), alphas.dtype)
    return ops.concatenate([alphas, one]), ops.concatenate([sigmas, 0 * one])


def variance_preserving(ratio: Tensor) -> Levels:
    """Returns `(alpha, sigma)` with `sigma / alpha = ratio`, squares summing to 1."""
    alpha = ops.rsqrt(1 + ops.square(ratio))
    return alpha, ratio * alpha


def normal_quantile(uniform: Tensor) -> Tensor:
    """Returns the standard normal's quantiles, finite also at 0 and 1."""
    edge = 1 - 2.0**-23
    return math.sqrt(2) * ops.erfinv(
        ops.clip(2 * ops.cast(uniform, "float32") - 1, -edge, edge)
    )
