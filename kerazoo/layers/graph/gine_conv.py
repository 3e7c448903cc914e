"""Graph isomorphism network's convolution with edge features."""

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.gin_conv import GINConv
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GINEConv(GINConv):
    r"""Applies a perceptron to a node's features plus the sum over its edges.

    Computes \(\mathrm{MLP}((1 + \epsilon) x_i + \sum_{j \to i}
    \mathrm{ReLU}(x_j + W e_{ji} + b))\) after
    [Hu et al., 2020](https://arxiv.org/abs/1905.12265), with the MLP of `GINConv`.

    Args:
        units: int. Width of the output.
        **kwargs: Of `GINConv`: `hidden_units`, `batch_normalization`, `learn_epsilon`,
            `epsilon`, `synchronized`, `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_features: float `(E, De)`.
        node_mask: bool `(N,)`. Nodes that count in the batch's statistics; all if None.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units` is not positive, or the inputs have wrong shapes.

    Example:

    ```python
    layer = GINEConv(16)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target, np.ones((3, 5)))  # (3, 16)
    ```
    """

    # Other than in GINConv, edges have features.
    def build(  # type: ignore[override]
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...],
    ) -> None:
        super().build(node_features_shape)
        self.edge_dense = self._dense(
            feature_size(node_features_shape), edge_features_shape[-1], "edge"
        )

    def call(  # type: ignore[override]
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor,
        node_mask: Tensor | None = None,
    ) -> Tensor:
        source, target = as_edges(source, target)
        neighbours = ops.take(node_features, source, axis=0)
        messages = ops.relu(neighbours + self.edge_dense(edge_features))
        num_nodes = ops.shape(node_features)[0]
        aggregated = segment_sum(masked(messages), target, num_nodes)
        return self.update(node_features, aggregated, node_mask)
