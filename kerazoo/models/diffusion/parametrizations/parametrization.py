"""What all parametrisations have in common."""

import typing

from kerazoo.layers.tensor import Tensor


class Parametrization:
    r"""What a network predicts of `x = alpha * x0 + sigma * epsilon`.

    Each parametrisation has a path of noise levels it is at home on (variance
    preserving, alpha = 1 or alpha + sigma = 1). `scale_input` brings x of any other
    path onto it, so that one network serves the samplers of all: a level is known by
    sigma / alpha alone.

    All methods take alpha and sigma that broadcast to x, as `(B, 1, 1, 1)` or scalars.
    """

    def scale_input(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Returns what the network sees of x."""
        raise NotImplementedError

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        """Returns the x0 that a network's output of x means."""
        raise NotImplementedError

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        """Returns the output for which `denoised` gives x0."""
        raise NotImplementedError

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        r"""Returns \(|\partial x_0 / \partial output|\)."""
        raise NotImplementedError

    def get_config(self) -> dict[str, typing.Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "Parametrization":
        return cls(**config)
