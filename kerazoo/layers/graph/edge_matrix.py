"""Edge matrix: the adjacency of a graph as an operator."""

import keras
from keras import ops

from kerazoo.layers.graph.edge_mask import masked_weights
from kerazoo.layers.graph.edge_product import edge_product
from kerazoo.layers.graph.edge_product import has_edge_product
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


class EdgeMatrix:
    r"""Adjacency matrix that is only ever multiplied with node features.

    \((A X)_i = \sum_{e:\, \mathrm{target}(e) = i} w_e \, x_{\mathrm{source}(e)}\).
    Edges may repeat and add up. On TensorFlow, those whose `source` and `target` are
    the same tensors in call after call are sorted once. Layers that take an `adjacency`
    take an `EdgeMatrix` or any other matrix with `@`, such as one in the compressed
    format of a backend.

    Args:
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        weights: float `(E,)`, or None for ones.
        num_nodes: int, or on TensorFlow a scalar tensor. Number of nodes N.

    Raises:
        ValueError: If `source` and `target` are not int vectors of one length.

    Example:

    ```python
    matrix = EdgeMatrix(source=[0, 1], target=[1, 1], weights=None, num_nodes=3)
    matrix @ keras.ops.ones((3, 4))  # Rows of 0, 2 and 0.
    ```
    """

    def __init__(
        self,
        source: Tensor,
        target: Tensor,
        weights: Tensor | None,
        num_nodes: int | Tensor,
    ):
        self.source, self.target = as_edges(source, target)
        self.weights = weights
        self.num_nodes = num_nodes

    def __matmul__(self, node_features: Tensor) -> Tensor:
        weights = masked_weights(self.weights, self.source)
        if has_edge_product(node_features):
            edges = self.source, self.target, weights, self.num_nodes
            return edge_product(*edges, node_features)
        messages = ops.take(node_features, self.source, axis=0)
        if weights is not None:
            weights = ops.cast(weights, messages.dtype)
            messages = messages * ops.expand_dims(weights, axis=-1)
        return segment_sum(messages, self.target, self.num_nodes)


def as_edges(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Returns both ends of the edges as int tensors `(E,)`, or says what is wrong."""
    if source is None or target is None:
        missing = "source" if source is None else "target"
        raise ValueError(
            "`source` and `target` must both be given, or an `adjacency` where the "
            f"layer takes one. Received: {missing}=None"
        )
    # Tensors stay the same objects, by which `kept_result` knows them.
    source, target = (
        nodes if ops.is_tensor(nodes) else ops.convert_to_tensor(nodes)
        for nodes in (source, target)
    )
    lengths = {*source.shape, *target.shape} - {None}
    if len(source.shape) != 1 or len(target.shape) != 1 or len(lengths) > 1:
        raise ValueError(
            "`source` and `target` must be vectors of one length. Received: "
            f"source.shape={tuple(source.shape)}, target.shape={tuple(target.shape)}"
        )
    for name, nodes in (("source", source), ("target", target)):
        if not keras.backend.is_int_dtype(nodes.dtype):
            raise ValueError(
                f"`{name}` must hold the numbers of nodes as integers. Received: "
                f"{name}.dtype={keras.backend.standardize_dtype(nodes.dtype)}"
            )
    return source, target
