"""The adjacency matrix of a graph that stays the same."""

import numpy as np
import tensorflow as tf

from kerazoo.layers.graph.sparse_product import sparse_product


class AdjacencyMatrix:
    r"""Sparse matrix whose product with dense features is fast both ways.

    Entry \((t, s)\) is the weight of the edge from \(s\) to \(t\). The entries are kept
    sorted by target for the product and by source for its gradient, which therefore
    needs no transposition.
    Layers take it as `adjacency`; the weights get no gradient.

    Args:
        source: int `(E,)`. Column of each entry.
        target: int `(E,)`. Row of each entry. Entries of the same place add up.
        weights: float `(E,)` or None for ones.
        num_nodes: Rows and columns N.

    Example:

    ```python
    adjacency = AdjacencyMatrix([0, 1], [1, 0], None, num_nodes=2)
    adjacency @ tf.eye(2)  # [[0, 1], [1, 0]]
    ```
    """

    def __init__(
        self,
        source: np.ndarray | tf.Tensor,
        target: np.ndarray | tf.Tensor,
        weights: np.ndarray | tf.Tensor | None,
        num_nodes: int,
    ):
        source, target = np.asarray(source), np.asarray(target)
        if weights is None:
            weights = np.ones(source.shape, "float32")
        weights = np.asarray(weights, "float32")
        self.shape = (num_nodes, num_nodes)
        self._by_target = _sorted_entries(target, source, weights, self.shape)
        self._by_source = _sorted_entries(source, target, weights, self.shape)

    def __matmul__(self, dense: tf.Tensor) -> tf.Tensor:
        """Returns the product with float `(N, D)` features."""

        @tf.custom_gradient
        def product(dense):
            def gradient(upstream):
                return sparse_product(self._by_source, upstream)

            return sparse_product(self._by_target, dense), gradient

        # The kernels have no half precision.
        return tf.cast(product(tf.cast(dense, tf.float32)), dense.dtype)


def _sorted_entries(rows, columns, weights, shape):
    order = np.lexsort((columns, rows))
    indices = np.stack([rows[order], columns[order]], axis=1).astype("int64")
    return tf.SparseTensor(indices, weights[order], shape)
