"""Simple spectral graph convolution."""

import typing

import keras

from kerazoo.layers.graph.base_polynomial_conv import BasePolynomialConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class SSGConv(BasePolynomialConv):
    r"""Averages features over the steps of their propagation.

    Computes \(\frac{1}{K} \sum_{k=1}^K ((1 - \alpha) S^k X + \alpha X) W + b\) with
    \(S = \hat{D}^{-1/2} (A + I) \hat{D}^{-1/2}\), as
    [Zhu & Koniusz, 2021](https://openreview.net/forum?id=CYO5T-YjWZV).

    Args:
        units: int. Width of the output.
        num_steps: int. Steps of propagation K.
        alpha: float in [0, 1]. Share of the features before propagation.
        normalize: bool. Adds self-loops and normalizes; False uses the edge weights as
            they are.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense, a sparse tensor of the backend, or by name
            and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source]. Used as it is,
            in place of `source`, `target` and `edge_weights`.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units` or `num_steps` is not positive, `alpha` is out of range,
            `node_features` is not a matrix, or neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = SSGConv(16, num_steps=4, alpha=0.1)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    has_self_loops = True

    def __init__(
        self,
        units: int,
        num_steps: int = 4,
        alpha: float = 0.05,
        normalize: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(units, num_steps, normalize, **kwargs)
        if not 0 <= alpha <= 1:
            raise ValueError(f"`alpha` must be from 0 to 1. Received: alpha={alpha}")
        self.alpha = alpha

    def propagate(self, transformed: list[Tensor], adjacency: typing.Any) -> Tensor:
        (start,) = transformed
        total, power = 0, start
        for _ in range(self.num_steps):
            power = adjacency @ power
            total = total + power
        return (1 - self.alpha) / self.num_steps * total + self.alpha * start

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "alpha": self.alpha}
