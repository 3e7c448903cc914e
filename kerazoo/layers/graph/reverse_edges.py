"""Edges that go the other way."""

import keras
from keras import ops

from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


class ReverseEdges:
    """Knows for each edge of a graph which edges go from its target to its source.

    Found once by sorting, for any number of sums. An edge may have no reverse, or
    several; that of a self-loop is itself.

    Args:
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        num_nodes: int, or on TensorFlow a scalar tensor. Number of nodes N; on JAX with
            its integers of 32 bits at most 46,340.

    Example:

    ```python
    source, target = keras.ops.array([0, 1, 1]), keras.ops.array([1, 0, 2])
    reverse = ReverseEdges(source, target, num_nodes=3)
    reverse.sum(keras.ops.array([[1.0], [2.0], [3.0]]))  # [[2], [1], [0]]
    ```
    """

    def __init__(self, source: Tensor, target: Tensor, num_nodes: int | Tensor):
        dtype = "int32" if keras.backend.backend() == "jax" else "int64"
        source, target = ops.cast(source, dtype), ops.cast(target, dtype)
        size = ops.cast(num_nodes, dtype)
        codes, reversed_codes = source * size + target, target * size + source
        ordered = ops.sort(codes)
        # Edges between the same two nodes share the first of their places.
        self._groups = ops.searchsorted(ordered, codes)
        places = ops.searchsorted(ordered, reversed_codes)
        num_edges = ops.shape(codes)[0]
        self._num_groups = num_edges + 1  # PyTorch sums into no 0 segments.
        self._reverse_groups = ops.minimum(places, num_edges - 1)
        found = ops.take(ordered, self._reverse_groups, axis=0)
        self._has_reverse = ops.equal(found, reversed_codes)

    def sum(self, edges: Tensor) -> Tensor:
        """Returns for each edge the sum of values `(E, D)` of those that reverse it."""
        sums = segment_sum(edges, self._groups, self._num_groups)
        reverse = ops.take(sums, self._reverse_groups, axis=0)
        return reverse * ops.cast(self._has_reverse[:, None], reverse.dtype)
