"""A graph of several sets that stays the same, ready for full-batch steps."""

import typing

import tensorflow as tf

from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
from kerazoo.models.gnn.full_graph import feature_tensor
from kerazoo.models.gnn.hetero_node_classifier import HeteroNodeClassifier


class HeteroFullGraph:
    """Tensors of one whole graph, with all that need not be worked out in every step.

    Args:
        graph: Graph such as `kerazoo.data`'s `HeteroGraph`.
        model: The model.

    Attributes:
        inputs: dict of tensors for the model.
        arguments: dict of the further arguments of its call.

    Example:

    ```python
    from kerazoo.data.graphs.hetero_graph import EdgeSet, HeteroGraph

    nodes = {"author": np.zeros((2, 0)), "paper": np.eye(3)}
    writes = EdgeSet("author", "paper", np.array([0, 1]), np.array([2, 2]))
    graph = HeteroGraph(nodes, {"writes": writes})
    model = make_hetero_classifier(HeteroSpec.of(graph), "paper", num_classes=2)
    HeteroFullGraph(graph, model).call()  # (3, 2)
    ```
    """

    def __init__(self, graph: typing.Any, model: HeteroNodeClassifier):
        nodes = {k: feature_tensor(v) for k, v in graph.node_sets.items()}
        edges = {k: edge_tensors(v) for k, v in graph.edge_sets.items()}
        sizes = {k: v.shape[0] for k, v in graph.node_sets.items()}
        self._model = model
        self.inputs = model.prepare({"node_features": nodes, "edges": edges})
        prepared = model.encoder.prepare_edges(edges, sizes, AdjacencyMatrix)
        self.arguments = {"adjacency": prepared, "prepared": True}

    def call(self) -> tf.Tensor:
        """Returns what the model says about the graph."""
        return self._model(self.inputs, **self.arguments)


def edge_tensors(edges: typing.Any) -> dict[str, tf.Tensor]:
    """Returns the tensors of one set of edges of a `HeteroGraph`."""
    found = {
        "source": tf.constant(edges.source, tf.int32),
        "target": tf.constant(edges.target, tf.int32),
    }
    for name, values in (
        ("edge_weights", edges.weights),
        ("edge_features", edges.features),
    ):
        if values is not None:
            found[name] = tf.constant(values, tf.float32)
    return found
