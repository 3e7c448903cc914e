"""The network predicts the clean image."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.variance_preserving import (
    VariancePreserving,
)


@keras.saving.register_keras_serializable(package="kerazoo")
class X0Parametrization(VariancePreserving):
    """The output is x0 itself.

    Section 4 of [Salimans and Ho, 2022](https://arxiv.org/abs/2202.00512).

    Example:

    ```python
    X0Parametrization().denoised(1.0, 2.0, alpha=0.8, sigma=0.6)  # 1.0
    ```
    """

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return output

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return x0

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        return ops.ones_like(sigma)
