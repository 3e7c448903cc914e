"""Batches of graphs as `tf.data`: merged, padded to static shapes, flattened."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.batch_order import example_order
from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_tensors import as_graph_tensor
from kerazoo.models.gnn.graph_tensors import flatten


def graph_batches(
    graphs: Sequence[GraphArrays] | tfgnn.GraphTensor,
    labels: np.ndarray,
    batch_size: int,
    constraints: tfgnn.SizeConstraints,
    seed: int | None = None,
    start_step: int = 0,
    num_shards: int = 1,
    shard_index: int = 0,
) -> tf.data.Dataset:
    """Batches graphs in memory.

    With a seed the graphs come in a new order each epoch, without end, and a batch that
    an epoch cannot fill is filled from the next. The order depends on the seed and the
    epoch alone, so `start_step=k` goes on exactly where the first k batches ended.
    Without a seed the graphs come once, in their order, and the last batch may have
    fewer of them.

    Weights are 1 for graphs and 0 for padding. A loss of
    `reduction="mean_with_sample_weight"` is the mean over the graphs, and
    `GraphTensorModel.fit` keeps the padding out of batch normalization.

    Args:
        graphs: List of `GraphArrays`, or a scalar `tfgnn.GraphTensor` of one component
            per graph.
        labels: Array, its first axis over the graphs.
        batch_size: B, graphs per batch.
        constraints: Sizes that every batch fits, see `size_constraints`.
        seed: Seed of the order, None for one pass in the order of the graphs.
        start_step: Batches to leave out.
        num_shards: Readers that share the batches, such as workers.
        shard_index: This reader's number among them.

    Returns:
        `tf.data.Dataset` of `(components, labels, weights)`: the tuple of `flatten`,
        labels `(C, ...)` and float32 weights `(C,)`, where C is
        `constraints.total_num_components`; all shapes are static.

    Raises:
        ValueError: If the numbers of graphs and labels differ, or `batch_size` leaves
            no component for padding.

    Example:

    ```python
    graphs, labels = [graph, graph, graph], np.array([0, 1, 0])
    constraints = size_constraints(graphs, 2, seed=0, num_steps=100)
    batches = graph_batches(graphs, labels, 2, constraints, seed=0)
    for components, labels, weights in batches.take(100):
        ...
    ```
    """
    graphs = as_graph_tensor(graphs)
    num_graphs = len(graphs.context.sizes)
    check_batches(labels, num_graphs, batch_size, constraints)
    with tf.device("CPU"):
        labels = tf.convert_to_tensor(labels)
        first_node, first_edge = (
            {
                name: tf.cumsum(piece.sizes, exclusive=True)
                for name, piece in sets.items()
            }
            for sets in (graphs.node_sets, graphs.edge_sets)
        )

    def batch(ids):
        chosen = _gather(graphs, first_node, first_edge, ids)
        return pad(chosen, tf.gather(labels, ids), constraints)

    return (
        example_order(num_graphs, batch_size, seed, start_step, num_shards, shard_index)
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def pad(
    graph_tensor: tfgnn.GraphTensor,
    labels: tf.Tensor,
    constraints: tfgnn.SizeConstraints,
) -> tuple[tuple[tf.Tensor, ...], tf.Tensor, tf.Tensor]:
    """Pads a merged `GraphTensor` and its labels; returns an element of a dataset."""
    graph_tensor, mask = tfgnn.pad_to_total_sizes(graph_tensor, constraints)
    num_padding = constraints.total_num_components - tf.shape(labels)[0]
    labels = tf.pad(labels, [[0, num_padding], *[[0, 0]] * (labels.shape.rank - 1)])
    labels = tf.ensure_shape(
        labels, (constraints.total_num_components, *labels.shape[1:])
    )
    return flatten(graph_tensor), labels, tf.cast(mask, tf.float32)


def check_batches(
    labels: np.ndarray,
    num_examples: int,
    batch_size: int,
    constraints: tfgnn.SizeConstraints,
) -> None:
    """Raises a ValueError if batches of examples and labels cannot be made."""
    if len(labels) != num_examples:
        raise ValueError(
            f"`labels` must be {num_examples}, one per example. "
            f"Received: len(labels)={len(labels)}"
        )
    if not 0 < batch_size < constraints.total_num_components:
        raise ValueError(
            f"`batch_size` must be from 1 to {constraints.total_num_components - 1}, "
            "the components of `constraints` less one for padding. "
            f"Received: batch_size={batch_size}"
        )


def _gather(graphs, first_node, first_edge, ids):
    """Returns some components of a merged `GraphTensor`, merged."""

    def gather(piece, rows):
        return {name: tf.gather(value, rows) for name, value in piece.features.items()}

    node_sets, moves = {}, {}
    for name, piece in graphs.node_sets.items():
        sizes, first = tf.gather(piece.sizes, ids), tf.gather(first_node[name], ids)
        node_sets[name] = tfgnn.NodeSet.from_fields(
            features=gather(piece, tf.ragged.range(first, first + sizes).values),
            sizes=sizes,
        )
        moves[name] = tf.cumsum(sizes, exclusive=True) - first
    edge_sets = {}
    for name, piece in graphs.edge_sets.items():
        sizes, first = tf.gather(piece.sizes, ids), tf.gather(first_edge[name], ids)
        edges = tf.ragged.range(first, first + sizes).values
        ends = []
        for tag in (tfgnn.SOURCE, tfgnn.TARGET):
            node_set = piece.adjacency.node_set_name(tag)
            moved = tf.repeat(moves[node_set], sizes)
            ends.append((node_set, tf.gather(piece.adjacency[tag], edges) + moved))
        edge_sets[name] = tfgnn.EdgeSet.from_fields(
            features=gather(piece, edges),
            sizes=sizes,
            adjacency=tfgnn.Adjacency.from_indices(*ends, validate=False),
        )
    return tfgnn.GraphTensor.from_pieces(
        context=tfgnn.Context.from_fields(
            features=gather(graphs.context, ids), sizes=tf.ones_like(ids, tf.int32)
        ),
        node_sets=node_sets,
        edge_sets=edge_sets,
    )
