"""Batches of graphs as `tf.data`: merged, padded to static shapes, flattened."""

import re

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_tensors import flatten
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.graph_tensors import spec_from_schema

_MOST_STEPS = 20_000


def graph_batches(
    graphs,
    labels,
    batch_size,
    constraints,
    seed=None,
    start_step=0,
    num_shards=1,
    shard_index=0,
):
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
        graphs: list of graphs, as `graph_tensors` describes them, or a scalar
            `tfgnn.GraphTensor` of one component per graph.
        labels: array, its first axis over the graphs.
        batch_size: int. B, graphs per batch.
        constraints: `tfgnn.SizeConstraints` that every batch fits, see
            `size_constraints`.
        seed: int or None.
        start_step: int. Batches to leave out.
        num_shards: int. Readers that share the batches, such as workers.
        shard_index: int. This reader's number among them.

    Returns:
        `tf.data.Dataset` of `(components, labels, weights)`: the tuple of `flatten`,
        labels `(C, ...)` and float32 weights `(C,)`, where C is
        `constraints.total_num_components`; all shapes are static.

    Raises:
        ValueError: If the numbers of graphs and labels differ, or `batch_size` leaves
            no component for padding.

    Example:

    ```python
    constraints = size_constraints(graphs, 32, seed=0, num_steps=10_000)
    for components, labels, weights in graph_batches(
        graphs, labels, 32, constraints, seed=0
    ).take(10_000):
        ...
    ```
    """
    graphs = _graph_tensor(graphs)
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


def size_constraints(graphs_or_sizes, batch_size, seed=None, num_steps=None):
    """Returns the least static sizes that hold batches and one padding graph.

    Given `num_steps`, these are the batches that `graph_batches` makes of the same
    graphs with the same seed and all its shards; otherwise, and beyond 20,000 steps,
    which would take long to go through, any batch of it, whatever the seed.

    Args:
        graphs_or_sizes: list of graphs or `tfgnn.GraphTensor`, as `graph_batches`
            takes them; or a pair of dicts, of node sets and of edge sets to int arrays,
            the number of nodes or edges in each graph.
        batch_size: int. Graphs per batch.
        seed: int or None. With `num_steps`, the seed of `graph_batches`.
        num_steps: int or None. Batches that will be drawn.

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
        graphs = _graph_tensor(graphs_or_sizes)
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


def read_examples(paths, schema_text):
    """Reads graphs from TFRecord files, such as those of TF-GNN's Beam sampler.

    Each record is a `tf.train.Example` of one graph, for a sampled subgraph with its
    root first in the root's node set, so that
    `tfgnn.gather_first_node(graphs, node_set, feature_name="label")` are the labels of
    the roots. All graphs must fit the host's memory.

    Args:
        paths: str or list of str, files or patterns of files; those that end with
            `.gz` are decompressed.
        schema_text: str, the `GraphSchema` of the graphs, see `spec_from_schema`.

    Returns:
        Merged `tfgnn.GraphTensor`, one component per record, in the sorted order of
        each pattern's files.

    Raises:
        ValueError: If a path matches no file, a file is no TFRecord file, or a record
            does not fit the schema.

    Example:

    ```python
    graphs = read_examples("samples-*.tfrecord", schema_text)
    ```
    """
    spec = spec_from_schema(schema_text)
    records, places = [], []
    for pattern in [paths] if isinstance(paths, str) else paths:
        files = sorted(tf.io.gfile.glob(str(pattern)))
        if not files:
            raise ValueError(f"`paths` must name files. Received: {pattern}, not found")
        for path in files:
            try:
                compression = "GZIP" if path.endswith(".gz") else None
                records_of_file = tf.data.TFRecordDataset(path, compression)
                content = list(records_of_file.as_numpy_iterator())
            except tf.errors.OpError as error:
                raise ValueError(
                    "`paths` must name readable TFRecord files. "
                    f"Received: {path}: {_reason(error)}"
                ) from error
            records += content
            places += [f"record {number} of {path}" for number in range(len(content))]
    if not records:
        raise ValueError(f"`paths` must hold graphs. Received: {paths}, without any")
    try:
        with tf.device("CPU"):
            return _parse_checked(spec, records)
    except (tf.errors.OpError, ValueError):
        for record, place in zip(records, places):
            try:
                _parse_checked(spec, [record])
            except (tf.errors.OpError, ValueError) as error:
                raise ValueError(
                    "Records must be graphs of the schema. "
                    f"Received: {place}: {_reason(error)}"
                ) from error
        raise


def example_order(num_examples, batch_size, seed, start_step, num_shards, shard_index):
    """Returns the dataset of int64 `(batch_size,)`, the examples of each batch.

    `graph_batches` tells the order.
    """
    if seed is None:
        batches = tf.data.Dataset.range(num_examples).batch(batch_size)
        return batches.shard(num_shards, shard_index).skip(start_step)
    start = start_step * num_shards * batch_size
    first_epoch, num_before = divmod(start, num_examples)

    def order(epoch):
        examples = tf.random.experimental.stateless_shuffle(
            tf.range(num_examples, dtype=tf.int64), (seed, epoch)
        )
        return examples[tf.where(epoch == first_epoch, num_before, 0) :]

    return (
        tf.data.Dataset.counter(first_epoch)
        .map(order)
        .rebatch(batch_size, drop_remainder=True)
        .apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        .shard(num_shards, shard_index)
    )


def pad(graph_tensor, labels, constraints):
    """Pads a merged `GraphTensor` and its labels; returns an element of a dataset."""
    graph_tensor, mask = tfgnn.pad_to_total_sizes(graph_tensor, constraints)
    num_padding = constraints.total_num_components - tf.shape(labels)[0]
    labels = tf.pad(labels, [[0, num_padding], *[[0, 0]] * (labels.shape.rank - 1)])
    labels = tf.ensure_shape(
        labels, (constraints.total_num_components, *labels.shape[1:])
    )
    return flatten(graph_tensor), labels, tf.cast(mask, tf.float32)


def check_batches(labels, num_examples, batch_size, constraints):
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


def _graph_tensor(graphs):
    if isinstance(graphs, tfgnn.GraphTensor):
        return graphs
    return from_graphs(graphs)


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


def _parse_checked(spec, records):
    graphs = tfgnn.parse_example(spec, tf.constant(records))
    num_nodes = {name: piece.sizes[:, 0] for name, piece in graphs.node_sets.items()}
    if tf.reduce_any(tf.add_n(list(num_nodes.values())) == 0):
        raise ValueError("no nodes")
    for name, piece in graphs.node_sets.items():
        _check_columns(name, piece, piece.features)
    for name, piece in graphs.edge_sets.items():
        ends = {"#source": piece.adjacency.source, "#target": piece.adjacency.target}
        _check_columns(name, piece, {**piece.features, **ends})
        for tag, column in zip((tfgnn.SOURCE, tfgnn.TARGET), ends.values()):
            node_set = piece.adjacency.node_set_name(tag)
            limits = tf.repeat(num_nodes[node_set], column.row_lengths())
            if tf.reduce_any((column.values < 0) | (column.values >= limits)):
                raise ValueError(f"an edge of {name!r} ends in no node of {node_set!r}")
    return graphs.merge_batch_to_components()


def _check_columns(name, piece, columns):
    sizes = tf.cast(piece.sizes[:, 0], tf.int64)
    for column, value in columns.items():
        if tf.reduce_any(tf.cast(value.row_lengths(), tf.int64) != sizes):
            raise ValueError(f"{name!r} has not one {column!r} per item")


def _reason(error):
    reason = getattr(error, "message", str(error))
    return " ".join(re.sub(r"{{.*?}}|\[Op:.*", "", reason).split())
