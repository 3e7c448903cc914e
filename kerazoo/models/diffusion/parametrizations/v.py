"""The network predicts the velocity on the circle."""

import keras

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.variance_preserving import (
    VariancePreserving,
)
from kerazoo.models.diffusion.parametrizations.variance_preserving import length


@keras.saving.register_keras_serializable(package="kerazoo")
class VParametrization(VariancePreserving):
    r"""The output is \(v = (\alpha \epsilon - \sigma x_0) / \rho\).

    \(x_0 = (\alpha x / \rho - \sigma v) / \rho\) with \(\rho^2 = \alpha^2 + \sigma^2\),
    which is 1 in Appendix D of
    [Salimans and Ho, 2022](https://arxiv.org/abs/2202.00512). It is defined at every
    level, pure noise included.

    Example:

    ```python
    VParametrization().denoised(-1.0, 2.0, alpha=0.0, sigma=1.0)  # 1.0
    ```
    """

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        rho = length(alpha, sigma)
        return (alpha * x / rho - sigma * output) / rho

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return (alpha * epsilon - sigma * x0) / length(alpha, sigma)

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        return sigma / length(alpha, sigma)
