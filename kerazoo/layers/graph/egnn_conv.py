"""The equivariant graph convolution of EGNN."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class EGNNConv(keras.layers.Layer):
    r"""Passes messages of features and distances, and may move the nodes by them.

    \(m_{ij} = \phi_e(h_i, h_j, \|x_i - x_j\|^2, a_{ij})\),
    \(x_i + C \sum_j (x_i - x_j)\, \phi_x(m_{ij})\) and
    \(h_i + \phi_h(h_i, \sum_j m_{ij})\), with C one over the number of neighbours
    ([Satorras et al., 2021](https://arxiv.org/abs/2102.09844), Equations 3 to 6). With
    `edge_weights`, such as a cutoff, messages are multiplied by them as in Equation 8,
    and they are what is counted.

    Args:
        units: int. Width of the messages and hidden layers.
        update_positions: bool. Moves the nodes, too.

    Call arguments:
        node_features: float `(N, D)`.
        positions: float `(N, 3)`.
        source, target: int `(E,)`. Ends of the edges.
        edge_features: float `(E, A)`, such as of `RadialBasis`, or None.
        edge_weights: float `(E,)`, or None for ones.

    Returns:
        float `(N, D)` and `(N, 3)`. When all nodes are moved, turned or mirrored, the
        features stay and the positions go with them.

    Raises:
        ValueError: If `units` is not positive or the node features are not a matrix.

    Example:

    ```python
    features, moved = EGNNConv(64)(np.ones((3, 8)), positions, source, target)
    ```
    """

    def __init__(self, units: int, update_positions: bool = True, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        self.units = units
        self.update_positions = update_positions
        dense = keras.layers.Dense
        self.message_hidden = dense(units, "silu", name="message_hidden")
        self.message = dense(units, "silu", name="message")
        self.node_hidden = dense(units, "silu", name="node_hidden")
        self.move_hidden: typing.Any = None
        self.move: typing.Any = None
        if update_positions:
            self.move_hidden = dense(units, "silu", name="move_hidden")
            # Small, so that at first nodes hardly move.
            small = keras.initializers.VarianceScaling(1e-6, "fan_avg", "uniform")
            self.move = dense(1, use_bias=False, kernel_initializer=small, name="move")

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        size, units = feature_size(node_features_shape), self.units
        edges = feature_size(edge_features_shape) if edge_features_shape else 0
        self.message_hidden.build((None, 2 * size + 1 + edges))
        self.message.build((None, units))
        self.node_hidden.build((None, size + units))
        self.node = keras.layers.Dense(size, name="node")
        self.node.build((None, units))
        if self.update_positions:
            self.move_hidden.build((None, units))
            self.move.build((None, units))

    def call(
        self,
        node_features: Tensor,
        positions: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None = None,
        edge_weights: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        num_nodes = ops.shape(node_features)[0]

        def ends(values):
            return (ops.take(values, index, axis=0) for index in (target, source))

        to, start = ends(positions)
        apart = to - start
        squared = ops.sum(ops.square(apart), axis=-1, keepdims=True)
        parts = [*ends(node_features), squared]
        if edge_features is not None:
            parts.append(edge_features)
        messages = self.message(self.message_hidden(ops.concatenate(parts, axis=-1)))
        weights = ops.ones_like(squared)
        if edge_weights is not None:
            weights = ops.expand_dims(edge_weights, -1)
            messages = messages * weights
        received = segment_sum(masked(messages), target, num_nodes)
        if self.update_positions:
            steps = apart * self.move(self.move_hidden(messages)) * weights
            count = ops.maximum(segment_sum(weights, target, num_nodes), 1.0)
            moves = segment_sum(masked(steps), target, num_nodes)
            positions = positions + moves / count
        both = ops.concatenate([node_features, received], axis=-1)
        return node_features + self.node(self.node_hidden(both)), positions

    def compute_output_shape(
        self,
        node_features_shape: tuple[int | None, ...],
        positions_shape: tuple[int | None, ...],
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        return node_features_shape, positions_shape

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "update_positions": self.update_positions,
        }
