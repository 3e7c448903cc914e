"""Graphs in TFRecord files."""

import re
from collections.abc import Sequence

import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_schemas import spec_from_schema


def read_examples(paths: str | Sequence[str], schema_text: str) -> tfgnn.GraphTensor:
    """Reads graphs from TFRecord files, such as those of TF-GNN's Beam sampler.

    Each record is a `tf.train.Example` of one graph, for a sampled subgraph with its
    root first in the root's node set, so that
    `tfgnn.gather_first_node(graphs, node_set, feature_name="label")` are the labels of
    the roots. All graphs must fit the host's memory.

    Args:
        paths: Files or patterns of files; those that end with
            `.gz` are decompressed.
        schema_text: The `GraphSchema` of the graphs, see `spec_from_schema`.

    Returns:
        Merged `tfgnn.GraphTensor`, one component per record, in the sorted order of
        each pattern's files.

    Raises:
        ValueError: If a path matches no file, a file is no TFRecord file, or a record
            does not fit the schema.

    Example:

    ```python
    with tf.io.TFRecordWriter("samples-0.tfrecord") as file:
        file.write(write_example(graph))
    graphs = read_examples("samples-*.tfrecord", schema_text(node_feature_size=34))
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
            return check_examples(spec, records)
    except (tf.errors.OpError, ValueError):
        for record, place in zip(records, places):
            try:
                check_examples(spec, [record])
            except (tf.errors.OpError, ValueError) as error:
                raise ValueError(
                    "Records must be graphs of the schema. "
                    f"Received: {place}: {_reason(error)}"
                ) from error
        raise


def check_examples(
    spec: tfgnn.GraphTensorSpec, records: Sequence[bytes]
) -> tfgnn.GraphTensor:
    """Parses records, and merges their graphs.

    Raises:
        ValueError: If a graph has no nodes, too few of a feature, or edges to nowhere.
        tf.errors.OpError: If a record is no graph of the spec.
    """
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
