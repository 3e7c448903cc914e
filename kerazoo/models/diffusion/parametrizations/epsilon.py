"""The network predicts the noise."""

import keras

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.variance_preserving import (
    VariancePreserving,
)


@keras.saving.register_keras_serializable(package="kerazoo")
class EpsilonParametrization(VariancePreserving):
    r"""The output is the noise: \(x_0 = (x - \sigma \epsilon) / \alpha\).

    Equation 15 of [Ho et al., 2020](https://arxiv.org/abs/2006.11239). It is not
    defined at alpha = 0, where x says nothing of x0.

    Example:

    ```python
    EpsilonParametrization().denoised(1.0, 2.0, alpha=0.8, sigma=0.6)  # 1.75
    ```
    """

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return (x - sigma * output) / alpha

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return epsilon

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        return sigma / alpha
