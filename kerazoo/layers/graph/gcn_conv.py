"""Graph convolution of Kipf & Welling."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GCNConv(BaseGraphConv):
    r"""Sums the transformed features of the neighbours, normalized by degree.

    Computes \(\hat{D}^{-1/2} (A + I) \hat{D}^{-1/2} X W + b\), Equations 2 and 8 of
    [Kipf & Welling, 2017](https://arxiv.org/abs/1609.02907).

    Args:
        units: int. Width of the output.
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
        ValueError: If `units` is not positive, `node_features` is not a matrix, or
            neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = GCNConv(16, activation="relu")
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(self, units: int, normalize: bool = True, **kwargs: typing.Any):
        super().__init__(units, **kwargs)
        self.normalize = normalize

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.kernel = self.add_kernel("kernel", (size, self.units))
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
    ) -> Tensor:
        outputs = transform(node_features, self.kernel)
        if adjacency is None:
            num_nodes = ops.shape(outputs)[0]
            adjacency = propagation_matrix(
                source, target, num_nodes, edge_weights, self.normalize
            )
        return self.finish(adjacency @ outputs)

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "normalize": self.normalize}
