"""A graph that fits in memory and stays the same, ready for full-batch steps."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
from kerazoo.models.gnn.graph_model import GraphModel
from kerazoo.models.gnn.sparse_features import SparseFeatures


class FullGraph:
    """Tensors of one whole graph, with all that need not be worked out in every step.

    Sparse features stay sparse; features are normalised, and edge weights that do not
    depend on features are put into an `AdjacencyMatrix`, once.

    Args:
        graph: Graph with `node_features` (an array or a SciPy sparse matrix),
            `source`, `target`, and `edge_weights` and `edge_features` or None.
        model: `GraphModel`.

    Attributes:
        inputs: dict of tensors for the model.
        arguments: dict of the further arguments of its call.

    Example:

    ```python
    full_graph = FullGraph(graph, model)
    logits = model(full_graph.inputs, **full_graph.arguments)
    ```
    """

    def __init__(self, graph: typing.Any, model: GraphModel):
        inputs = {
            "node_features": feature_tensor(graph.node_features),
            "source": tf.constant(graph.source, tf.int32),
            "target": tf.constant(graph.target, tf.int32),
        }
        for name in ("edge_weights", "edge_features"):
            value = getattr(graph, name)
            if value is not None:
                inputs[name] = tf.constant(value, tf.float32)
        num_nodes = graph.node_features.shape[0]
        adjacency = None
        edges = model.encoder.propagation_edges(
            inputs["source"], inputs["target"], num_nodes, inputs.get("edge_weights")
        )
        if edges is not None:
            source, target, weights = edges
            adjacency = AdjacencyMatrix(source, target, weights, num_nodes)
        self._model = model
        self.inputs = model.prepare(inputs)
        self.arguments = {"adjacency": adjacency, "prepared": True}

    def call(self) -> tf.Tensor:
        """Returns what the model says about the graph."""
        return self._model(self.inputs, **self.arguments)


def feature_tensor(features: typing.Any) -> typing.Any:
    """Returns node features, an array or a SciPy sparse matrix, as a tensor."""
    if isinstance(features, np.ndarray):
        return tf.constant(features, tf.float32)
    entries = features.tocoo()
    order = np.lexsort((entries.col, entries.row))
    indices = np.stack([entries.row[order], entries.col[order]], axis=1)
    values = entries.data[order].astype("float32")
    return SparseFeatures(indices.astype("int64"), values, entries.shape)
