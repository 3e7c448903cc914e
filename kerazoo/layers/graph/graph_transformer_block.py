"""Transformer block whose attention follows the edges of a graph."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import check_edge_features
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GraphTransformerBlock(keras.layers.Layer):
    r"""Attention over the incoming edges, then a perceptron, each added and normalized.

    Computes \(h = \mathrm{LN}(x + W_o\, \mathrm{attention}(x))\) and
    \(\mathrm{LN}(h + W_2\, \sigma(W_1 h))\), the block of
    [Dwivedi & Bresson, 2021](https://arxiv.org/abs/2012.09699). The attention is that
    of [Shi et al., 2021](https://arxiv.org/abs/2009.03509), Equations 3 and 4: each
    head computes \(\sum_{j \to i} \alpha_{ji} (v_j + e_{ji})\) with \(\alpha_{ji}\) the
    softmax over the edges to i of \(q_i^T (k_j + e_{ji}) / \sqrt{D / H}\), where
    \(e_{ji}\) is linear in the edge features and there where they are given. A node
    without incoming edges attends to nothing and gets 0.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        hidden_units: int or None. Width inside the perceptron; None for 2 D.
        dropout: float in [0, 1). Dropout rate of the attention coefficients and of what
            is added to the features.
        activation: Name or function, sigma in the perceptron.
        kernel_regularizer: Regularizer of all kernels, None for none.
        seed: int or None. Seed of the dropout.

    Call arguments:
        node_features: float `(N, D)`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_features: float `(E, De)` or None, the same in all calls.

    Returns:
        float `(N, D)`.

    Raises:
        ValueError: If D is not a multiple of `num_heads`, the inputs have wrong shapes,
            or edge features come and go between calls.

    Example:

    ```python
    layer = GraphTransformerBlock(num_heads=4, dropout=0.1)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target, np.ones((3, 5)))  # (3, 8)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        hidden_units: int | None = None,
        dropout: float = 0.0,
        activation: str | Callable | None = "gelu",
        kernel_regularizer: str | keras.Regularizer | None = None,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if num_heads < 1:
            raise ValueError(
                f"`num_heads` must be positive. Received: num_heads={num_heads}"
            )
        self.num_heads = num_heads
        self.hidden_units = hidden_units
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.seed = seed

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        size = feature_size(node_features_shape)
        if size % self.num_heads:
            raise ValueError(
                "The width of `node_features` must be a multiple of `num_heads`. "
                f"Received: width={size}, num_heads={self.num_heads}"
            )
        self.query = self._dense(size, size, "query")
        self.key = self._dense(size, size, "key")
        self.value = self._dense(size, size, "value")
        self.edge = None
        if edge_features_shape is not None:
            self.edge = self._dense(size, edge_features_shape[-1], "edge", bias=False)
        self.projection = self._dense(size, size, "projection")
        hidden_units = self.hidden_units or 2 * size
        self.hidden = self._dense(hidden_units, size, "hidden")
        self.output_dense = self._dense(size, hidden_units, "output")
        self.attention_norm = self._layer_norm(size, "attention_norm")
        self.output_norm = self._layer_norm(size, "output_norm")
        self.dropout_layer = keras.layers.Dropout(
            self.dropout, seed=self.seed, dtype=self.dtype_policy
        )

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None = None,
    ) -> Tensor:
        check_edge_features(edge_features, self.edge)
        attended = self._attend(node_features, source, target, edge_features)
        attended = self.dropout_layer(self.projection(attended))
        features = self.attention_norm(node_features + attended)
        hidden = self.activation(self.hidden(features))
        hidden = self.dropout_layer(self.output_dense(hidden))
        return self.output_norm(features + hidden)

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(node_features_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_units": self.hidden_units,
            "dropout": self.dropout,
            "activation": keras.activations.serialize(self.activation),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "seed": self.seed,
        }

    def _attend(self, node_features, source, target, edge_features):
        source, target = as_edges(source, target)
        num_nodes, size = ops.shape(node_features)[0], node_features.shape[1]
        heads = (-1, self.num_heads, size // self.num_heads)
        queries = ops.take(self.query(node_features), target, axis=0)
        keys = ops.take(self.key(node_features), source, axis=0)
        values = ops.take(self.value(node_features), source, axis=0)
        if edge_features is not None:
            edges = self.edge(edge_features)
            keys, values = keys + edges, values + edges
        scores = ops.sum(ops.reshape(queries * keys, heads), axis=-1)  # (E, H)
        scores = scores / (size // self.num_heads) ** 0.5
        attention = segment_softmax(scores, target, num_nodes)
        attention = self.dropout_layer(attention)[..., None]
        messages = ops.reshape(values, heads) * attention  # (E, H, D / H)
        messages = masked(ops.reshape(messages, (-1, size)))
        return segment_sum(messages, target, num_nodes)

    def _dense(self, units, input_size, name, bias=True):
        dense = keras.layers.Dense(
            units,
            use_bias=bias,
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build((None, input_size))
        return dense

    def _layer_norm(self, size, name):
        norm = keras.layers.LayerNormalization(
            epsilon=1e-5, dtype=self.dtype_policy, name=name
        )
        norm.build((None, size))
        return norm
