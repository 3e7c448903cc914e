"""Graphs of several sets as TF-GNN has them, and as models take them."""

import typing
from collections.abc import Iterable

import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_schemas import FEATURES
from kerazoo.models.gnn.graph_schemas import WEIGHT
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.hetero_full_graph import edge_tensors
from kerazoo.models.gnn.hetero_spec import EdgeSetSpec
from kerazoo.models.gnn.hetero_spec import HeteroSpec
from kerazoo.models.gnn.tensor_layout import num_items
from kerazoo.models.gnn.tensor_layout import set_columns

LABEL = "label"
Inputs = dict[str, typing.Any]


def hetero_schema(spec: HeteroSpec, root_set: str | None = None) -> str:
    """Describes graphs as a TF-GNN schema.

    Args:
        spec: Their sets; those with features have them as `"features"`, and edges with
            weights these as `"weight"`.
        root_set: Set whose first node in each graph is its root, and whose nodes have
            an integer `"label"`; None for graphs without roots and labels.

    Returns:
        str, a `GraphSchema` in text format.

    Example:

    ```python
    writes = EdgeSetSpec("author", "paper", weights=True)
    text = hetero_schema(HeteroSpec({"author": 0, "paper": 32}, {"writes": writes}))
    ```
    """
    schema = tfgnn.GraphSchema()
    pieces = []
    for name, size in spec.node_sets.items():
        pieces.append((schema.node_sets[name], size))
    for name, edges in spec.edge_sets.items():
        piece = schema.edge_sets[name]
        piece.source, piece.target = edges.source, edges.target
        pieces.append((piece, edges.feature_size))
        if edges.weights:
            piece.features[WEIGHT].dtype = tf.float32.as_datatype_enum
    for piece, size in pieces:
        if size:
            feature = piece.features[FEATURES]
            feature.dtype = tf.float32.as_datatype_enum
            feature.shape.dim.add().size = size
    if root_set is not None:
        label = schema.node_sets[root_set].features[LABEL]
        label.dtype = tf.int64.as_datatype_enum
        schema.info.root_set.append(root_set)
    return str(schema)


def spec_of_schema(text: str, exclude: Iterable[str] = (LABEL,)) -> HeteroSpec:
    """Returns the sets of the graphs of a schema, as `hetero_inputs` makes them.

    Args:
        text: A `GraphSchema` in text format.
        exclude: Names of features that models must not see.

    Raises:
        ValueError: If `text` is no schema, or has no edges.
    """
    spec = spec_from_schema(text)
    if not spec.edge_sets_spec:
        raise ValueError("The schema must have sets of edges. Received: none")
    edges = {}
    for name, piece in sorted(spec.edge_sets_spec.items()):
        features = dict(piece.features_spec)
        weights = WEIGHT in features and features[WEIGHT].shape.rank == 1
        if weights:
            del features[WEIGHT]
        ends = piece.adjacency_spec
        size = _width(features, exclude)
        edges[name] = EdgeSetSpec(ends.source_name, ends.target_name, size, weights)
    nodes = {
        name: _width(piece.features_spec, exclude)
        for name, piece in sorted(spec.node_sets_spec.items())
    }
    return HeteroSpec(nodes, edges)


def hetero_graph_tensor(graph: typing.Any) -> tfgnn.GraphTensor:
    """Returns a `HeteroGraph` as a scalar `GraphTensor` of `hetero_schema`."""

    def features(values):
        if values is None or not values.shape[1]:
            return {}
        dense = values.toarray() if hasattr(values, "toarray") else values
        return {FEATURES: tf.constant(dense, tf.float32)}

    edge_sets = {}
    for name, edges in graph.edge_sets.items():
        tensors = edge_tensors(edges)
        columns = features(edges.features)
        if edges.weights is not None:
            columns[WEIGHT] = tensors["edge_weights"]
        edge_sets[name] = tfgnn.EdgeSet.from_fields(
            features=columns,
            sizes=tf.shape(tensors["source"]),
            adjacency=tfgnn.Adjacency.from_indices(
                (edges.source_set, tensors["source"]),
                (edges.target_set, tensors["target"]),
            ),
        )
    return tfgnn.GraphTensor.from_pieces(
        node_sets={
            name: tfgnn.NodeSet.from_fields(
                features=features(values), sizes=tf.constant([values.shape[0]])
            )
            for name, values in graph.node_sets.items()
        },
        edge_sets=edge_sets,
    )


def hetero_inputs(
    graph_tensor: tfgnn.GraphTensor, exclude: Iterable[str] = (LABEL,)
) -> Inputs:
    """Lays a merged `GraphTensor` out as a `HeteroEncoder` takes it.

    The features of a set, in the order of their names, are cast to float32 and
    concatenated; strings and those whose name starts with `#` are left out. An edge
    feature `"weight"` of one number per edge is its weight.

    Args:
        graph_tensor: Scalar `tfgnn.GraphTensor` of B components.
        exclude: Names of features that models must not see.

    Returns:
        dict of `node_features` and `edges`.
    """
    nodes, edges = {}, {}
    for name, piece in sorted(graph_tensor.node_sets.items()):
        features = set_columns(piece, exclude).values()
        nodes[name] = tf.concat([tf.zeros((num_items(piece), 0)), *features], axis=1)
    for name, piece in sorted(graph_tensor.edge_sets.items()):
        edges[name] = {
            "source": tf.cast(piece.adjacency.source, tf.int32),
            "target": tf.cast(piece.adjacency.target, tf.int32),
        }
        columns = set_columns(piece, exclude)
        if WEIGHT in columns and piece[WEIGHT].shape.rank == 1:
            edges[name]["edge_weights"] = columns.pop(WEIGHT)[:, 0]
        if columns:
            joined = tf.concat(list(columns.values()), axis=1)
            edges[name]["edge_features"] = joined
    return {"node_features": nodes, "edges": edges}


def first_nodes(graph_tensor: tfgnn.GraphTensor, node_set: str) -> tf.Tensor:
    """Returns the first node of a set in each component, int32 `(B,)`."""
    sizes = tf.cast(graph_tensor.node_sets[node_set].sizes, tf.int32)
    return tf.cumsum(sizes, exclusive=True)


def _width(features, exclude):
    sizes = [
        spec.shape[1:].num_elements()
        for name, spec in features.items()
        if name not in exclude and not name.startswith("#")
    ]
    return sum(sizes)
