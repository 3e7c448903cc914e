"""The preconditioned network of EDM."""

import keras

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.parametrization import Parametrization
from kerazoo.models.diffusion.parametrizations.variance_preserving import length


@keras.saving.register_keras_serializable(package="kerazoo")
class EDMParametrization(Parametrization):
    r"""\(x_0 = c_{skip} x + c_{out} F(c_{in} x)\), unit variance in and out.

    Equation 7 and Table 1 of [Karras et al., 2022](https://arxiv.org/abs/2206.00364),
    written with \(\sigma / \alpha\) for their sigma and multiplied out, so that nothing
    is divided by alpha.

    Args:
        sigma_data: float. Standard deviation of the clean data.

    Raises:
        ValueError: If `sigma_data` is not positive.

    Example:

    ```python
    EDMParametrization(0.5).denoised(0.0, 2.0, alpha=1.0, sigma=0.5)  # 1.0
    ```
    """

    def __init__(self, sigma_data: float = 0.5):
        if sigma_data <= 0:
            raise ValueError(
                f"`sigma_data` must be positive. Received: sigma_data={sigma_data}"
            )
        self.sigma_data = sigma_data

    def scale_input(self, x: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        return x / self._total(alpha, sigma)

    def denoised(
        self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        total = self._total(alpha, sigma)
        skip = self.sigma_data**2 * alpha / total * (x / total)
        return skip + self.x0_gain(alpha, sigma) * output

    def target(
        self, x0: Tensor, epsilon: Tensor, alpha: Tensor, sigma: Tensor
    ) -> Tensor:
        total = self._total(alpha, sigma)
        return (
            sigma * x0 / self.sigma_data - alpha * self.sigma_data * epsilon
        ) / total

    def x0_gain(self, alpha: Tensor, sigma: Tensor) -> Tensor:
        return sigma * self.sigma_data / self._total(alpha, sigma)

    def _total(self, alpha, sigma):
        return length(alpha * self.sigma_data, sigma)

    def get_config(self):
        return {"sigma_data": self.sigma_data}
