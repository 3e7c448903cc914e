"""Simplified graph convolution."""

import typing

import keras

from kerazoo.layers.graph.base_polynomial_conv import BasePolynomialConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class SGConv(BasePolynomialConv):
    r"""Propagates features several times and transforms them once.

    Computes \(S^K X W + b\) with \(S = \hat{D}^{-1/2} (A + I) \hat{D}^{-1/2}\), as
    [Wu et al., 2019](https://arxiv.org/abs/1902.07153).

    Args:
        units: int. Width of the output.
        num_steps: int. Steps of propagation K.
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
        ValueError: If `units` or `num_steps` is not positive, `node_features` is not a
            matrix, or neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = SGConv(16, num_steps=2)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    has_self_loops = True

    def __init__(
        self,
        units: int,
        num_steps: int = 2,
        normalize: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(units, num_steps, normalize, **kwargs)

    def propagate(self, transformed: list[Tensor], adjacency: typing.Any) -> Tensor:
        (outputs,) = transformed
        for _ in range(self.num_steps):
            outputs = adjacency @ outputs
        return outputs
