"""The static sizes that batches of graphs are padded to."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.batch_order import example_order
from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_tensors import as_graph_tensor

_MOST_STEPS = 20_000


def size_constraints(
    graphs_or_sizes: Sequence[GraphArrays]
    | tfgnn.GraphTensor
    | tuple[dict[str, np.ndarray], dict[str, np.ndarray]],
    batch_size: int,
    seed: int | None = None,
    num_steps: int | None = None,
) -> tfgnn.SizeConstraints:
    """Returns the least static sizes that hold batches and one padding graph.

    Given `num_steps`, these are the batches that `graph_batches` makes of the same
    graphs with the same seed and all its shards; otherwise, and beyond 20,000 steps,
    which would take long to go through, any batch of it, whatever the seed.

    Args:
        graphs_or_sizes: List of graphs or `tfgnn.GraphTensor`, as `graph_batches`
            takes them; or a pair of dicts, of node sets and of edge sets to int arrays,
            the number of nodes or edges in each graph.
        batch_size: Graphs per batch.
        seed: With `num_steps`, the seed of `graph_batches`.
        num_steps: Batches that will be drawn.

    Returns:
        `tfgnn.SizeConstraints`.

    Raises:
        ValueError: If there are no graphs.

    Example:

    ```python
    constraints = size_constraints(({"nodes": [3, 5]}, {"edges": [4, 8]}), 2)
    ```
    """
    if not isinstance(graphs_or_sizes, tuple):
        graphs = as_graph_tensor(graphs_or_sizes)
        graphs_or_sizes = (
            {name: piece.sizes.numpy() for name, piece in graphs.node_sets.items()},
            {name: piece.sizes.numpy() for name, piece in graphs.edge_sets.items()},
        )
    nodes, edges = graphs_or_sizes
    table = np.stack([*nodes.values(), *edges.values()], axis=1).astype(np.int64)
    if not len(table):
        raise ValueError("`graphs_or_sizes` must hold graphs. Received: none")
    largest = _largest_sums(table, batch_size, seed, num_steps)
    return tfgnn.SizeConstraints(
        total_num_components=batch_size + 1,
        # The padding graph has the nodes that edges of padding need.
        total_num_nodes={
            name: int(size) + 1 for name, size in zip(nodes, largest[: len(nodes)])
        },
        total_num_edges={
            name: int(size) for name, size in zip(edges, largest[len(nodes) :])
        },
        # Where every graph has a first node, so has every padding graph.
        min_nodes_per_component={
            name: 1 for name, sizes in nodes.items() if np.min(sizes) > 0
        },
    )


def _largest_sums(table, batch_size, seed, num_steps):
    """Returns the largest sums of rows of `(graphs, sizes)` that a batch can have."""
    if num_steps is None or num_steps > _MOST_STEPS:
        # A batch across the end of an epoch can have the same graph twice or more.
        copies = 1 + -(-(batch_size - 1) // len(table))
        largest_first = -np.sort(-np.repeat(table, copies, axis=0), axis=0)
        return largest_first[:batch_size].sum(axis=0)
    with tf.device("CPU"):
        table = tf.constant(table)
        least = tf.reduce_min(table, axis=0)

    def total(ids):
        # What fills a smaller batch needs no more than the least graph.
        missing = tf.cast(batch_size - tf.size(ids), tf.int64)
        return tf.reduce_sum(tf.gather(table, ids), axis=0) + missing * least

    return (
        example_order(len(table), batch_size, seed, 0, 1, 0)
        .take(num_steps)
        .map(total)
        .reduce(tf.zeros_like(least), tf.maximum)
        .numpy()
    )
