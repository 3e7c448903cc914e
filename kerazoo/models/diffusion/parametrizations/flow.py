"""The network predicts the velocity of the straight path."""

import keras

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.parametrization import Parametrization


@keras.saving.register_keras_serializable(package="kerazoo")
class FlowParametrization(Parametrization):
    r"""The output is \(\epsilon - x_0\).

    \(x_0 = (x - \sigma F) / (\alpha + \sigma)\); with alpha = 1 - sigma this is the
    velocity dx/dsigma of [Liu et al., 2023](https://arxiv.org/abs/2209.03003),
    Equation 1, in the direction of the noise.

    Example:

    ```python
    FlowParametrization().denoised(1.0, 2.0, alpha=0.0, sigma=1.0)  # 1.0
    ```
    """

    def scale_input(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        return x / (alpha + sigma)

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return (x - sigma * output) / (alpha + sigma)

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        return epsilon - x0

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        return sigma / (alpha + sigma)
