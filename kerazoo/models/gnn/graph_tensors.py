"""TF-GNN's graphs, of arrays or of serialised examples, and as plain tuples.

A merged `GraphTensor` is scalar and holds a batch of B graphs as its components. Keras
3 takes no `GraphTensor`, so one travels as the tuple of its tensors, see `flatten`.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_schemas import EDGES
from kerazoo.models.gnn.graph_schemas import NODES


def from_graph(graph: GraphArrays) -> tfgnn.GraphTensor:
    """Returns a graph as a scalar `GraphTensor` of one component."""
    return from_graphs([graph])


def from_graphs(graphs: Sequence[GraphArrays]) -> tfgnn.GraphTensor:
    """Merges graphs into one `GraphTensor` in the host's memory.

    Args:
        graphs: Graphs, all with the same kinds of features. Sparse node features become
            dense.

    Returns:
        Scalar `tfgnn.GraphTensor` of one component per graph, of the schema that
        `schema_text` gives.

    Raises:
        ValueError: If there are no graphs, or they differ in their features.

    Example:

    ```python
    import types

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


def as_graph_tensor(
    graphs: Sequence[GraphArrays] | tfgnn.GraphTensor,
) -> tfgnn.GraphTensor:
    """Returns graphs as one `GraphTensor`, as which they may come already."""
    if isinstance(graphs, tfgnn.GraphTensor):
        return graphs
    return from_graphs(graphs)


def write_example(graph: GraphArrays | tfgnn.GraphTensor) -> bytes:
    """Serialises one graph.

    Args:
        graph: A graph, or a `tfgnn.GraphTensor` of one.

    Returns:
        bytes, a `tf.train.Example` that `parse` reads.
    """
    if not isinstance(graph, tfgnn.GraphTensor):
        graph = from_graph(graph)
    return tfgnn.write_example(graph).SerializeToString()


def parse(
    spec: tfgnn.GraphTensorSpec, serialized: Sequence[bytes] | tf.Tensor
) -> tfgnn.GraphTensor:
    """Parses serialised graphs, also inside a `tf.function`.

    Args:
        spec: Spec of one graph.
        serialized: string `(B,)`, each a `tf.train.Example`.

    Returns:
        Merged `tfgnn.GraphTensor` of B components.
    """
    return tfgnn.parse_example(spec, serialized).merge_batch_to_components()


def flatten(graph_tensor: tfgnn.GraphTensor) -> tuple[tf.Tensor, ...]:
    """Returns the tensors of a `GraphTensor` as a tuple, in an order of TF-GNN's."""
    return tuple(tf.nest.flatten(graph_tensor, expand_composites=True))


def unflatten(
    spec: tfgnn.GraphTensorSpec, components: Sequence[tf.Tensor]
) -> tfgnn.GraphTensor:
    """Reverses `flatten`.

    Args:
        spec: Spec that fits the tensors, see `merged_spec`.
        components: The tensors.

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
