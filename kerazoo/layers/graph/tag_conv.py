"""Topology adaptive graph convolution."""

import typing

import keras

from kerazoo.layers.graph.base_polynomial_conv import BasePolynomialConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class TAGConv(BasePolynomialConv):
    r"""Transforms the features of each number of steps by a kernel of its own.

    Computes \(\sum_{k=0}^K (D^{-1/2} A D^{-1/2})^k X W_k + b\), as
    [Du et al., 2017](https://arxiv.org/abs/1710.10370).

    Args:
        units: int. Width of the output.
        num_steps: int. Largest number of steps K.
        normalize: bool. Normalizes, without self-loops; False uses the edge weights as
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
        ValueError: If `units` or `num_steps` is not positive, `node_features` is not a
            matrix, or neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = TAGConv(16, num_steps=3)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        num_steps: int = 3,
        normalize: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(units, num_steps, normalize, **kwargs)

    @property
    def kernel_names(self) -> list[str]:
        return [f"kernel_{step}" for step in range(self.num_steps + 1)]

    def propagate(self, transformed: list[Tensor], adjacency: typing.Any) -> Tensor:
        *rest, outputs = transformed
        for own in reversed(rest):  # Horner's scheme.
            outputs = adjacency @ outputs + own
        return outputs
