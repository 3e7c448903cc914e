"""Attention to the neighbours of a node, which its gated unit remembers."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import check_edge_features
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor

_SLOPE = 0.01


@keras.saving.register_keras_serializable(package="kerazoo")
class AttentiveFPBlock(keras.layers.Layer):
    r"""Layer of AttentiveFP: attention over the edges of a node, then a gated unit.

    With the neighbours \(n_{ji} = x_j\), or
    \(\mathrm{lrelu}(W_n [x_j, e_{ji}] + b_n)\) where edges have features:

    \[c_i = \mathrm{elu}\Big(\sum_{j \to i} \mathrm{softmax}_j(\mathrm{lrelu}(
    a^T [x_i, n_{ji}] + b_a)) \, (W n_{ji} + b)\Big), \quad
    y_i = \mathrm{relu}(\mathrm{GRU}(c_i, x_i))\]

    ([Xiong et al., 2020](https://doi.org/10.1021/acs.jmedchem.9b00959), Equations 3 to
    6, with the ReLU of its published code).

    Args:
        dropout: float in [0, 1). Dropout rate of the attention and of the context c.
        seed: int or None. Seed of the dropout.

    Call arguments:
        node_features: float `(N, D)`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_features: float `(E, De)`, or None in all calls.

    Returns:
        float `(N, D)`.

    Raises:
        ValueError: If the inputs have wrong shapes.

    Example:

    ```python
    layer = AttentiveFPBlock(dropout=0.2)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target, np.ones((3, 5)))  # (3, 8)
    ```
    """

    def __init__(
        self, dropout: float = 0.0, seed: int | None = None, **kwargs: typing.Any
    ):
        super().__init__(**kwargs)
        self.dropout = dropout
        self.seed = seed
        self._drop = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        size = feature_size(node_features_shape)
        self.neighbour: typing.Any = None
        if edge_features_shape is not None:
            self.neighbour = self._dense(size, size, "neighbour")
            self.edge = self._dense(
                size, edge_features_shape[-1], "edge", use_bias=False
            )
        self.node_score = self._dense(1, size, "node_score", use_bias=False)
        self.neighbour_score = self._dense(1, size, "neighbour_score")
        self.value = self._dense(size, size, "value")
        self.unit = keras.layers.GRUCell(size, dtype=self.dtype_policy, name="unit")
        self.unit.build((None, size))

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None = None,
    ) -> Tensor:
        source, target = as_edges(source, target)
        check_edge_features(edge_features, self.neighbour)
        num_nodes = ops.shape(node_features)[0]
        if edge_features is None:  # What depends on a node only is worked out once.
            values = ops.take(self.value(node_features), source, axis=0)
            theirs = ops.take(self.neighbour_score(node_features), source, axis=0)
        else:
            neighbours = ops.take(self.neighbour(node_features), source, axis=0)
            neighbours = neighbours + self.edge(edge_features)
            neighbours = ops.leaky_relu(neighbours, _SLOPE)
            values = self.value(neighbours)
            theirs = self.neighbour_score(neighbours)
        own = ops.take(self.node_score(node_features), target, axis=0)
        scores = ops.leaky_relu(own + theirs, _SLOPE)  # (E, 1)
        attention = self._drop(segment_softmax(scores, target, num_nodes))
        messages = masked(attention * values)
        context = ops.elu(segment_sum(messages, target, num_nodes))
        return update(self.unit, self._drop(context), node_features)

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(node_features_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "dropout": self.dropout, "seed": self.seed}

    def _dense(self, units, input_size, name, use_bias=True):
        dense = keras.layers.Dense(
            units, use_bias=use_bias, dtype=self.dtype_policy, name=name
        )
        dense.build((None, input_size))
        return dense


def update(unit: keras.layers.GRUCell, context: Tensor, state: Tensor) -> Tensor:
    """Returns the state of a gated unit after a context, and a ReLU."""
    output, _ = unit(context, [state])
    return ops.relu(output)
