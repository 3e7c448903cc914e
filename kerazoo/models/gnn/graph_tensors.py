"""TF-GNN's graphs, their schemas, and the plain tensors that networks take.

A merged `GraphTensor` is scalar and holds a batch of B graphs as its components. Keras
3 takes no `GraphTensor`, so one travels as the tuple of its tensors, see `flatten`.

One graph is any object with these attributes:

- `node_features`: float `(N, D)` array or SciPy sparse matrix,
- `source`, `target`: int `(E,)`, the nodes that each edge leaves and enters,
- `edge_features`: float `(E, De)` or None,
- `edge_weights`: float `(E,)` or None,
- `context_features`: float `(F,)` or None.
"""

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

NODES = "nodes"
EDGES = "edges"
FEATURES = "features"
WEIGHT = "weight"


def schema_text(
    node_feature_size,
    edge_feature_size=None,
    edge_weights=False,
    context_feature_size=None,
):
    """Describes graphs of one kind of node and edge as a TF-GNN schema.

    Nodes are the set `"nodes"` with `"features"`, edges the set `"edges"`, which may
    have `"features"` and a `"weight"`; the context may have `"features"`.

    Args:
        node_feature_size: int. D.
        edge_feature_size: int or None. De, None for edges without features.
        edge_weights: bool. Whether each edge has a weight.
        context_feature_size: int or None. F, None for graphs without features.

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


def spec_from_schema(text):
    """Returns the spec of one graph of a schema.

    Strings and features of varying size, which no network here takes, are left out.

    Args:
        text: str, a `GraphSchema` in protocol buffer text format.

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


def without_features(text, names):
    """Returns a schema, as `spec_from_schema` takes it, without some features.

    Args:
        text: str.
        names: Names of features, of whatever sets.
    """
    schema = tfgnn.parse_schema(text)
    for piece in _pieces(schema):
        for name in set(names) & set(piece.features):
            del piece.features[name]
    return str(schema)


def merged_spec(spec):
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


def from_graph(graph):
    """Returns a graph, as the module describes it, as a `GraphTensor`."""
    return from_graphs([graph])


def from_graphs(graphs):
    """Merges graphs into one `GraphTensor` in the host's memory.

    Args:
        graphs: list of graphs, as the module describes them, all with the same kinds of
            features. Sparse node features become dense.

    Returns:
        Scalar `tfgnn.GraphTensor` of one component per graph, of the schema that
        `schema_text` gives.

    Raises:
        ValueError: If there are no graphs, or they differ in their features.

    Example:

    ```python
    triangle = types.SimpleNamespace(
        node_features=np.eye(3),
        source=[0, 1, 2],
        target=[1, 2, 0],
        edge_features=None,
        edge_weights=None,
        context_features=None,
    )
    graphs = from_graphs([triangle, triangle])
    ```
    """
    if not graphs:
        raise ValueError("`graphs` must not be empty. Received: graphs=[]")
    num_nodes = np.array([graph.node_features.shape[0] for graph in graphs])
    num_edges = np.array([len(graph.source) for graph in graphs])
    first_node = np.repeat(np.cumsum(num_nodes) - num_nodes, num_edges)

    def index(name):
        values = np.concatenate([getattr(graph, name) for graph in graphs])
        return tf.constant(values + first_node, tf.int32)

    def features(**names):
        columns = {key: _concatenated(graphs, name) for key, name in names.items()}
        return {key: value for key, value in columns.items() if value is not None}

    with tf.device("CPU"):
        return tfgnn.GraphTensor.from_pieces(
            context=tfgnn.Context.from_fields(
                features=features(features="context_features"),
                sizes=tf.ones(len(graphs), tf.int32),
            ),
            node_sets={
                NODES: tfgnn.NodeSet.from_fields(
                    features=features(features="node_features"),
                    sizes=tf.constant(num_nodes, tf.int32),
                )
            },
            edge_sets={
                EDGES: tfgnn.EdgeSet.from_fields(
                    features=features(features="edge_features", weight="edge_weights"),
                    sizes=tf.constant(num_edges, tf.int32),
                    adjacency=tfgnn.Adjacency.from_indices(
                        (NODES, index("source")), (NODES, index("target"))
                    ),
                )
            },
        )


def write_example(graph):
    """Serialises one graph.

    Args:
        graph: A graph, as the module describes it, or a `tfgnn.GraphTensor`.

    Returns:
        bytes, a `tf.train.Example` that `parse` reads.
    """
    if not isinstance(graph, tfgnn.GraphTensor):
        graph = from_graph(graph)
    return tfgnn.write_example(graph).SerializeToString()


def parse(spec, serialized):
    """Parses serialised graphs, also inside a `tf.function`.

    Args:
        spec: `tfgnn.GraphTensorSpec` of one graph.
        serialized: string `(B,)`, each a `tf.train.Example`.

    Returns:
        Merged `tfgnn.GraphTensor` of B components.
    """
    return tfgnn.parse_example(spec, serialized).merge_batch_to_components()


def flatten(graph_tensor):
    """Returns the tensors of a `GraphTensor` as a tuple, in an order of TF-GNN's."""
    return tuple(tf.nest.flatten(graph_tensor, expand_composites=True))


def unflatten(spec, components):
    """Reverses `flatten`.

    Args:
        spec: `tfgnn.GraphTensorSpec` that fits the tensors, see `merged_spec`.
        components: Sequence of tensors.

    Returns:
        `tfgnn.GraphTensor`.

    Raises:
        ValueError: If the number of tensors is not that of `spec`.
    """
    expected = len(tf.nest.flatten(spec, expand_composites=True))
    if len(components) != expected:
        raise ValueError(
            f"`components` must be the {expected} tensors of a graph of this schema. "
            f"Received: len(components)={len(components)}"
        )
    return tf.nest.pack_sequence_as(spec, list(components), expand_composites=True)


def plain_tensors(graph_tensor, exclude=("label",), root_set=None):
    """Lays a merged `GraphTensor` out as the tensors that networks take.

    All N nodes get one numbering: node sets in the order of their names, one after
    another; so do the E edges. The features of a set, in the order of their names, are
    cast to float32 and concatenated; those whose name starts with `#` are left out. An
    edge feature `"weight"` of one number per edge is the weight of the edges.

    Args:
        graph_tensor: Scalar `tfgnn.GraphTensor` of B components.
        exclude: Names of features that networks must not see.
        root_set: str or None. Node set whose first node in each component is its root.

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
    num_nodes = {name: _num_items(piece) for name, piece in node_sets}
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
            [tf.zeros((num_nodes[name], 0)), *_columns(piece, exclude).values()], axis=1
        )
        for name, piece in node_sets
    }
    if len(node_sets) == 1:
        (node_features,) = node_features.values()
    tensors["node_features"] = node_features
    if len(edge_sets) > 1:
        tensors["edge_types"] = tf.repeat(
            tf.range(len(edge_sets)), [_num_items(piece) for _, piece in edge_sets]
        )
    columns = [_columns(piece, exclude) for _, piece in edge_sets]
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
    context = _columns(graph_tensor.context, exclude)
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


def _pieces(schema):
    return schema.context, *schema.node_sets.values(), *schema.edge_sets.values()


def _concatenated(graphs, name):
    values = [getattr(graph, name) for graph in graphs]
    missing = [value is None for value in values]
    if all(missing):
        return None
    if any(missing):
        raise ValueError(
            f"All graphs must have `{name}`, or none. "
            f"Received: {sum(missing)} of {len(graphs)} graphs without"
        )
    dense = [v.toarray() if hasattr(v, "toarray") else np.asarray(v) for v in values]
    if name == "context_features":
        dense = [value[None] for value in dense]
    sizes = {value.shape[1:] for value in dense}
    if len(sizes) > 1:
        raise ValueError(
            f"`{name}` must have one size in all graphs. Received: {sorted(sizes)}"
        )
    return tf.constant(np.concatenate(dense), tf.float32)


def _columns(piece, exclude):
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
    size = _num_items(node_set)
    return tf.ensure_shape(ids, (size if isinstance(size, int) else None,))


def _num_items(piece):
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


def _one_line(value):
    return " ".join(str(value).split())
