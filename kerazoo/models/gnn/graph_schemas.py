"""Schemas of TF-GNN as text, and the specs of the graphs that they describe."""

from collections.abc import Iterable

import tensorflow as tf
import tensorflow_gnn as tfgnn

NODES = "nodes"
EDGES = "edges"
FEATURES = "features"
WEIGHT = "weight"


def schema_text(
    node_feature_size: int,
    edge_feature_size: int | None = None,
    edge_weights: bool = False,
    context_feature_size: int | None = None,
) -> str:
    """Describes graphs of one kind of node and edge as a TF-GNN schema.

    Nodes are the set `"nodes"` with `"features"`, edges the set `"edges"`, which may
    have `"features"` and a `"weight"`; the context may have `"features"`.

    Args:
        node_feature_size: D.
        edge_feature_size: De, None for edges without features.
        edge_weights: Whether each edge has a weight.
        context_feature_size: F, None for graphs without features.

    Returns:
        str, a `GraphSchema` in protocol buffer text format.

    Example:

    ```python
    spec = spec_from_schema(schema_text(node_feature_size=7, edge_weights=True))
    ```
    """
    schema = tfgnn.GraphSchema()
    edges = schema.edge_sets[EDGES]
    edges.source = edges.target = NODES
    for piece, size in (
        (schema.node_sets[NODES], node_feature_size),
        (edges, edge_feature_size),
        (schema.context, context_feature_size),
    ):
        if size is not None:
            feature = piece.features[FEATURES]
            feature.dtype = tf.float32.as_datatype_enum
            feature.shape.dim.add().size = size
    if edge_weights:
        edges.features[WEIGHT].dtype = tf.float32.as_datatype_enum
    return str(schema)


def spec_from_schema(text: str) -> tfgnn.GraphTensorSpec:
    """Returns the spec of one graph of a schema.

    Strings and features of varying size, which no network here takes, are left out.

    Args:
        text: A `GraphSchema` in protocol buffer text format.

    Returns:
        Scalar `tfgnn.GraphTensorSpec`.

    Raises:
        ValueError: If `text` is no schema.
    """
    try:
        schema = tfgnn.parse_schema(text)
        tfgnn.validate_schema(schema)
        if not schema.node_sets:
            raise ValueError("no node sets")
    except Exception as error:  # The parser's own class is not public.
        raise ValueError(
            "`text` must be a GraphSchema in text format. "
            f"Received: {_one_line(error)} in text={_one_line(text)[:80]!r}"
        ) from error
    for piece in _pieces(schema):
        for name, feature in list(piece.features.items()):
            sizes = [dim.size for dim in feature.shape.dim]
            if tf.as_dtype(feature.dtype) == tf.string or -1 in sizes:
                del piece.features[name]
    return tfgnn.create_graph_spec_from_schema_pb(schema)


def without_features(text: str, names: Iterable[str]) -> str:
    """Returns a schema, as `spec_from_schema` takes it, without some features.

    Args:
        text: A schema.
        names: Names of features, of whatever sets.
    """
    schema = tfgnn.parse_schema(text)
    for piece in _pieces(schema):
        for name in set(names) & set(piece.features):
            del piece.features[name]
    return str(schema)


def merged_spec(spec: tfgnn.GraphTensorSpec) -> tfgnn.GraphTensorSpec:
    """Returns the spec of merged batches, of any size, of the graphs of `spec`."""
    return tfgnn.GraphTensorSpec.from_piece_specs(
        context_spec=spec.context_spec.relax(num_components=True),
        node_sets_spec={
            name: piece.relax(num_components=True, num_nodes=True)
            for name, piece in spec.node_sets_spec.items()
        },
        edge_sets_spec={
            name: piece.relax(num_components=True, num_edges=True)
            for name, piece in spec.edge_sets_spec.items()
        },
    )


def _pieces(schema):
    return schema.context, *schema.node_sets.values(), *schema.edge_sets.values()


def _one_line(value):
    return " ".join(str(value).split())
