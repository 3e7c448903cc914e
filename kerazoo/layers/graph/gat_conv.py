"""Graph attention convolution."""

import keras
from keras import ops

from kerazoo.layers.graph.attention_conv import AttentionConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GATConv(AttentionConv):
    r"""Averages the features of the neighbours, weighted by attention.

    Each head computes \(\sum_{j \to i} \alpha_{ji} W x_j\) with \(\alpha_{ji}\) the
    softmax over the edges to i of
    \(\mathrm{LeakyReLU}(a_s^T W x_j + a_t^T W x_i + a_e^T e_{ji})\), Equations 3 to 6
    of [Veličković et al., 2018](https://arxiv.org/abs/1710.10903); the term of the edge
    features is there where they are given.

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
    layer = GATConv(8, num_heads=4, activation="elu")
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 32)
    ```
    """

    def build_scores(self, node_size: int, edge_size: int | None) -> None:
        shape = (self.num_heads, self.units)
        self.source_attention = self.add_kernel("source_attention", shape)
        self.target_attention = self.add_kernel("target_attention", shape)
        if edge_size is not None:
            self.edge_kernel = self.add_kernel(
                "edge_kernel", (edge_size, self.num_heads)
            )

    def scores(
        self,
        node_features: Tensor,
        values: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None,
    ) -> Tensor:
        source_scores = ops.sum(values * self.source_attention, axis=-1)  # (N, H)
        target_scores = ops.sum(values * self.target_attention, axis=-1)
        scores = ops.take(source_scores, source, axis=0)  # (E, H)
        scores = scores + ops.take(target_scores, target, axis=0)
        if edge_features is not None:
            scores = scores + ops.matmul(edge_features, self.edge_kernel)
        return ops.leaky_relu(scores, self.negative_slope)
