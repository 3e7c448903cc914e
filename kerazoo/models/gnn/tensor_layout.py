"""The plain tensors that networks take of a graph of TF-GNN."""

import typing
from collections.abc import Iterable

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_schemas import WEIGHT


def plain_tensors(
    graph_tensor: tfgnn.GraphTensor,
    exclude: Iterable[str] = ("label",),
    root_set: str | None = None,
) -> dict[str, tf.Tensor | dict[str, tf.Tensor]]:
    """Lays a merged `GraphTensor` out as the tensors that networks take.

    All N nodes get one numbering: node sets in the order of their names, one after
    another; so do the E edges. The features of a set, in the order of their names, are
    cast to float32 and concatenated; those whose name starts with `#` are left out. An
    edge feature `"weight"` of one number per edge is the weight of the edges.

    Args:
        graph_tensor: Scalar `tfgnn.GraphTensor` of B components.
        exclude: Names of features that networks must not see.
        root_set: Node set whose first node in each component is its root.

    Returns:
        dict of

        - `source`, `target`: int32 `(E,)`;
        - `graph_ids`: int32 `(N,)`, the component of each node;
        - `num_graphs`: int32 scalar B;
        - `node_features`: float32 `(N, D)`, or with several node sets a dict of their
          names to such matrices;
        - `edge_types`: int32 `(E,)`, the place of the edge's set among the sorted
          names, if there are several edge sets;
        - `edge_features`: float32 `(E, De)`, and `edge_weights`: float32 `(E,)`, if
          every edge set has them;
        - `context_features`: float32 `(B, F)`, if the context has features;
        - `nodes`: int32 `(B,)`, the roots, if there is a `root_set`. A component that
          only fills up a batch, without a root, has any node in its place.

    Raises:
        ValueError: If there are no edge sets, their features differ in size, or
            `root_set` is no node set.
    """
    node_sets = sorted(graph_tensor.node_sets.items())
    edge_sets = sorted(graph_tensor.edge_sets.items())
    if not edge_sets:
        raise ValueError("`graph_tensor` must have edge sets. Received: none")
    num_graphs = _length(graph_tensor.context.sizes)
    num_nodes = {name: num_items(piece) for name, piece in node_sets}
    first_node, total = {}, 0
    for name, size in num_nodes.items():
        first_node[name] = total
        total += size

    def ends(tag):
        return [
            tf.cast(piece.adjacency[tag], tf.int32)
            + first_node[piece.adjacency.node_set_name(tag)]
            for _, piece in edge_sets
        ]

    tensors = {
        "source": tf.concat(ends(tfgnn.SOURCE), axis=0),
        "target": tf.concat(ends(tfgnn.TARGET), axis=0),
        "graph_ids": tf.concat(
            [_graph_ids(piece, num_graphs) for _, piece in node_sets], axis=0
        ),
        "num_graphs": tf.convert_to_tensor(num_graphs),
    }
    node_features = {
        name: tf.concat(
            [tf.zeros((num_nodes[name], 0)), *set_columns(piece, exclude).values()],
            axis=1,
        )
        for name, piece in node_sets
    }
    if len(node_sets) == 1:
        (node_features,) = node_features.values()
    tensors["node_features"] = node_features
    if len(edge_sets) > 1:
        tensors["edge_types"] = tf.repeat(
            tf.range(len(edge_sets)), [num_items(piece) for _, piece in edge_sets]
        )
    columns = [set_columns(piece, exclude) for _, piece in edge_sets]
    weights = [
        column.pop(WEIGHT)[:, 0]
        for (_, piece), column in zip(edge_sets, columns)
        if WEIGHT in column and piece[WEIGHT].shape.rank == 1
    ]
    if len(weights) == len(edge_sets):
        tensors["edge_weights"] = tf.concat(weights, axis=0)
    if all(columns):
        features = [tf.concat(list(column.values()), axis=1) for column in columns]
        sizes = {name: f.shape[1] for (name, _), f in zip(edge_sets, features)}
        if len(set(sizes.values())) > 1:
            raise ValueError(
                "The features of all edge sets must have one size; `exclude` leaves "
                f"some out. Received: {sizes}"
            )
        tensors["edge_features"] = tf.concat(features, axis=0)
    context = set_columns(graph_tensor.context, exclude)
    if context:
        tensors["context_features"] = tf.concat(list(context.values()), axis=1)
    if root_set is not None:
        if root_set not in num_nodes:
            raise ValueError(
                f"`root_set` must be one of {', '.join(num_nodes)}. "
                f"Received: root_set={root_set}"
            )
        sizes = tf.cast(graph_tensor.node_sets[root_set].sizes, tf.int32)
        roots = first_node[root_set] + tf.cumsum(sizes, exclusive=True)
        tensors["nodes"] = tf.minimum(roots, total - 1)
    return tensors


def set_columns(piece: typing.Any, exclude: Iterable[str]) -> dict[str, tf.Tensor]:
    """Returns the features of a set, by name, each a float matrix."""
    columns = {}
    for name, value in sorted(piece.features.items()):
        if name in exclude or name.startswith("#"):
            continue
        if isinstance(value, tf.RaggedTensor) or value.dtype == tf.string:
            continue
        width = int(np.prod(value.shape[1:]))
        columns[name] = tf.reshape(tf.cast(value, tf.float32), (-1, width))
    return columns


def _graph_ids(node_set, num_graphs):
    ids = tf.repeat(tf.range(num_graphs), node_set.sizes)
    size = num_items(node_set)
    return tf.ensure_shape(ids, (size if isinstance(size, int) else None,))


def num_items(piece: typing.Any) -> int | tf.Tensor:
    """Returns how many nodes or edges a set has, an int if that is known."""
    if isinstance(piece, tfgnn.EdgeSet):
        return _length(piece.adjacency.source)
    for value in piece.features.values():
        if isinstance(value, tf.Tensor):
            return _length(value)
    return tf.reduce_sum(tf.cast(piece.sizes, tf.int32))


def _length(tensor):
    size = tensor.shape[0]
    return tf.shape(tensor)[0] if size is None else size
