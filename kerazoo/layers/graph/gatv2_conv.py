"""Graph attention convolution with dynamic attention."""

import keras
from keras import ops

from kerazoo.layers.graph.attention_conv import AttentionConv
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GATv2Conv(AttentionConv):
    r"""Averages the features of the neighbours, weighted by dynamic attention.

    Each head computes \(\sum_{j \to i} \alpha_{ji} W_s x_j\) with \(\alpha_{ji}\) the
    softmax over the edges to i of
    \(a^T \mathrm{LeakyReLU}(W_s x_j + W_t x_i + W_e e_{ji})\), Equation 7 of
    [Brody et al., 2022](https://arxiv.org/abs/2105.14491); the term of the edge
    features is there where they are given. Unlike in `GATConv`, the order in which a
    node ranks its neighbours depends on the node.

    Args:
        units: int. Width C of each head.
        num_heads: int. Number of heads H.
        concat_heads: bool. Concatenates the heads; False averages them.
        attention_dropout: float in [0, 1). Dropout rate of the attention coefficients.
        feature_dropout: float in [0, 1). Dropout rate of the transformed features.
        negative_slope: float. Slope of the leaky ReLU.
        add_self_loops: bool. Lets every node attend to itself. The features of the
            added edges are the means of those of the edges to the same node.
        seed: int or None. Seed of the dropout.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense, a sparse tensor of the backend, or by name
            and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_features: float `(E, De)` or None, the same in all calls.

    Returns:
        float `(N, H * C)`, or `(N, C)` for averaged heads.

    Raises:
        ValueError: If `units` or `num_heads` is not positive, the inputs have wrong
            shapes, or edge features come and go between calls.

    Example:

    ```python
    layer = GATv2Conv(8, num_heads=4, concat_heads=False)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 8)
    ```
    """

    def build_scores(self, node_size: int, edge_size: int | None) -> None:
        width = self.num_heads * self.units
        self.target_kernel = self.add_kernel("target_kernel", (node_size, width))
        self.attention = self.add_kernel("attention", (self.num_heads, self.units))
        if edge_size is not None:
            self.edge_kernel = self.add_kernel("edge_kernel", (edge_size, width))

    def scores(
        self,
        node_features: Tensor,
        values: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None,
    ) -> Tensor:
        queries = self.split_heads(transform(node_features, self.target_kernel))
        features = ops.take(values, source, axis=0)  # (E, H, C)
        features = features + ops.take(queries, target, axis=0)
        if edge_features is not None:
            edges = ops.matmul(edge_features, self.edge_kernel)
            features = features + self.split_heads(edges)
        features = ops.leaky_relu(features, self.negative_slope)
        return ops.sum(features * self.attention, axis=-1)  # (E, H)
