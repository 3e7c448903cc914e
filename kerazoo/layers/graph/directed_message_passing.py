"""Messages between directed edges that never turn back."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import check_edge_features
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.reverse_edges import ReverseEdges
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class DirectedMessagePassing(BaseGraphConv):
    r"""Passes messages from edge to edge, and at last into the nodes (D-MPNN).

    An edge from v to w begins as \(h^1_{vw} = \tau(W_i [x_v, e_{vw}])\) and takes up
    what comes into v, but from w:

    \[h^{t+1}_{vw} = \tau\Big(W_i [x_v, e_{vw}] +
    W_h \sum_{k \to v,\, k \ne w} h^t_{kv}\Big)\]

    A node becomes \(\tau(W_a [x_v, \sum_{k \to v} h^L_{kv}] + b)\)
    ([Yang et al., 2019](https://arxiv.org/abs/1904.01561), Equations 1 to 5).

    Args:
        units: int. Width of the edges and of the output.
        num_steps: int. States L that an edge goes through; as many edges away is what a
            node sees.
        dropout: float in [0, 1). Dropout rate of the edges' states.
        seed: int or None. Seed of the dropout.
        activation: Name or function \(\tau\).
        **kwargs: Of `BaseGraphConv`.

    Call arguments:
        node_features: float `(N, D)`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_features: float `(E, De)`, or None in all calls.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units` or `num_steps` is not positive, or the inputs have wrong
            shapes.

    Example:

    ```python
    layer = DirectedMessagePassing(16)
    source, target = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    layer(np.ones((3, 8)), source, target, np.ones((4, 5)))  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        num_steps: int = 3,
        dropout: float = 0.0,
        seed: int | None = None,
        activation: str | Callable | None = "relu",
        **kwargs: typing.Any,
    ):
        super().__init__(units, activation=activation, **kwargs)
        if num_steps < 1:
            raise ValueError(
                f"`num_steps` must be positive. Received: num_steps={num_steps}"
            )
        self.num_steps = num_steps
        self.dropout = dropout
        self.seed = seed
        self._drop = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        size = feature_size(node_features_shape)
        self.input_kernel = self.add_kernel("input_kernel", (size, self.units))
        self.edge_kernel = None
        if edge_features_shape is not None:
            edge_size = edge_features_shape[-1] or 0
            self.edge_kernel = self.add_kernel("edge_kernel", (edge_size, self.units))
        self.message_kernel = None
        if self.num_steps > 1:
            shape = (self.units, self.units)
            self.message_kernel = self.add_kernel("message_kernel", shape)
        self.node_kernel = self.add_kernel("node_kernel", (size, self.units))
        self.sum_kernel = self.add_kernel("sum_kernel", (self.units, self.units))
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None = None,
    ) -> Tensor:
        source, target = as_edges(source, target)
        check_edge_features(edge_features, self.edge_kernel)
        own = transform(node_features, self.node_kernel)
        num_nodes = ops.shape(own)[0]
        start = ops.take(
            transform(node_features, self.input_kernel), source, axis=0
        )  # (E, units)
        if edge_features is not None:
            start = start + ops.matmul(edge_features, self.edge_kernel)
        states = masked(self.activation(start))
        if self.num_steps > 1:
            reverse = ReverseEdges(source, target, num_nodes)
        for _ in range(self.num_steps - 1):
            incoming = segment_sum(states, target, num_nodes)
            messages = ops.take(incoming, source, axis=0) - reverse.sum(states)
            states = self.activation(start + ops.matmul(messages, self.message_kernel))
            states = masked(self._drop(states))
        incoming = segment_sum(states, target, num_nodes)
        return self.finish(own + ops.matmul(incoming, self.sum_kernel))

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_steps": self.num_steps,
            "dropout": self.dropout,
            "seed": self.seed,
        }
