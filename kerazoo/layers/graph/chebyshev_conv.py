"""Chebyshev graph convolution."""

import typing

import keras

from kerazoo.layers.graph.base_polynomial_conv import BasePolynomialConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ChebyshevConv(BasePolynomialConv):
    r"""Filters features by a polynomial of the Laplacian.

    Computes \(\sum_{k=0}^K T_k(\tilde{L}) X W_k + b\) with the Chebyshev polynomials
    \(T_k\) and \(\tilde{L} = 2 L / \lambda_{max} - I\), Equations 4 and 5 of
    [Defferrard et al., 2016](https://arxiv.org/abs/1606.09375). The largest eigenvalue
    of the Laplacian \(L = I - D^{-1/2} A D^{-1/2}\) is taken to be 2, its bound:
    \(\tilde{L} = -D^{-1/2} A D^{-1/2}\).

    Args:
        units: int. Width of the output.
        num_steps: int. Degree K of the polynomial.
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
    layer = ChebyshevConv(16, num_steps=3)
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
        # Clenshaw's recurrence, with the scaled Laplacian minus the adjacency.
        first, *rest = transformed
        *rest, outputs = rest
        before = None
        for own in reversed(rest):
            following = own - 2 * (adjacency @ outputs)
            if before is not None:
                following = following - before
            before, outputs = outputs, following
        outputs = first - adjacency @ outputs
        return outputs if before is None else outputs - before
