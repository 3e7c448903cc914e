"""Parametrisations at home where alpha and sigma are the sides of a unit circle."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.parametrization import Parametrization


class VariancePreserving(Parametrization):
    """Shows the network x divided by `length(alpha, sigma)`, which is 1 at home."""

    def scale_input(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        return x / length(alpha, sigma)


def length(alpha: Tensor, sigma: Tensor) -> Tensor:
    """Returns `sqrt(alpha**2 + sigma**2)`."""
    return ops.sqrt(ops.square(alpha) + ops.square(sigma))
