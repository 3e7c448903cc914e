"""Distances as values of functions that are each at home at another distance."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor

BASES = ("gaussian", "bessel")


@keras.saving.register_keras_serializable(package="kerazoo")
class RadialBasis(keras.layers.Layer):
    r"""Expands distances \(d\) in K functions up to a cutoff \(c\).

    `"gaussian"`: \(\exp(-\frac{(d - \mu_k)^2}{2 \sigma^2})\) with centres at equal
    steps \(\sigma\) from 0 to c
    ([Schütt et al., 2017](https://arxiv.org/abs/1706.08566), Section 4.1); `"bessel"`:
    \(\sqrt{\frac2c} \frac{\sin(k \pi d / c)}{d}\)
    ([Gasteiger et al., 2020](https://arxiv.org/abs/2003.03123), Equation 7).

    Args:
        num_basis: K, number of functions.
        cutoff: c, in the unit of the distances.
        basis: `"gaussian"` or `"bessel"`.

    Call arguments:
        distances: float `(E,)`, above 0.

    Returns:
        float `(E, K)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    RadialBasis(20, cutoff=5.0)(np.array([0.9, 1.1, 4.0], "float32"))  # (3, 20)
    ```
    """

    def __init__(
        self,
        num_basis: int = 20,
        cutoff: float = 5.0,
        basis: str = "gaussian",
        **kwargs: typing.Any,
    ):
        # Distances in half precision would be wrong in the third digit.
        super().__init__(autocast=False, **kwargs)
        if basis not in BASES:
            raise ValueError(
                f"`basis` must be one of {', '.join(BASES)}. Received: basis={basis}"
            )
        if num_basis < 2:
            raise ValueError(
                f"`num_basis` must be at least 2. Received: num_basis={num_basis}"
            )
        if not cutoff > 0:
            raise ValueError(f"`cutoff` must be above 0. Received: cutoff={cutoff}")
        self.num_basis = num_basis
        self.cutoff = cutoff
        self.basis = basis

    def build(self, distances_shape: tuple[int | None, ...]) -> None:
        """Does nothing: there are no weights."""

    def call(self, distances: Tensor) -> Tensor:
        distances = ops.expand_dims(distances, -1)
        if self.basis == "gaussian":
            centers = ops.linspace(0.0, self.cutoff, self.num_basis)
            width = self.cutoff / (self.num_basis - 1)
            return ops.exp(-0.5 * ops.square((distances - centers) / width))
        waves = ops.arange(1.0, self.num_basis + 1) * (math.pi / self.cutoff)
        return math.sqrt(2 / self.cutoff) * ops.sin(distances * waves) / distances

    def compute_output_shape(
        self, distances_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*distances_shape, self.num_basis)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_basis": self.num_basis,
            "cutoff": self.cutoff,
            "basis": self.basis,
        }
