"""Node classification on one graph, full-batch or with sampled neighbourhoods."""

import tensorflow as tf

from kerazoo.models.gnn import metrics
from kerazoo.models.gnn import pictures
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.replica_shares import ReplicaShares


class NodeTask:
    """Trains and tests a `NodeClassifier` on one graph.

    Full-batch, every step sees the whole graph and the loss of all training nodes,
    which the replicas share out.

    Args:
        dataset: Node dataset with `graph`, `labels`, `train`, `validation`, `test`.
        model: `NodeClassifier`.
        replicas: int. Number of replicas that share a step.
        objective: str. Metric of the validation nodes to select by, `"accuracy"`,
            `"macro_f1"` or `"loss"`.

    Attributes:
        metric: Metric that tells how good the model is.
        objective, mode: Metric of `evaluate` to select by, None without validation
            nodes, and whether `"max"` or `"min"` is best.
    """

    batches = None
    loss = staticmethod(cross_entropy)

    def __init__(self, dataset, model, replicas=1, objective="accuracy"):
        self.dataset = dataset
        self.class_names = dataset.class_names
        self.example_graph = dataset.graph
        self.has_edge_weights = dataset.graph.edge_weights is not None
        self.model = model
        self.full_graph = FullGraph(dataset.graph, model)
        self.metric = objective
        self.objective = objective if len(dataset.validation) else None
        self.examples_per_step = len(dataset.train)
        self.mode = "min" if objective == "loss" else "max"
        nodes = dataset.train
        self._shares = ReplicaShares(nodes, dataset.labels[nodes], replicas=replicas)
        self.forward = tf.function(self.full_graph.call)

    def train_step(self):
        """Takes one step on all training nodes; returns its metrics."""
        nodes, labels, weights = self._shares()
        inputs = {**self.full_graph.inputs, "nodes": nodes}
        return self.model.train_step(
            (inputs, labels, weights), **self.full_graph.arguments
        )

    def evaluate(self):
        """Returns metrics on the validation nodes, or without any the training's."""
        return self._metrics(
            self.dataset.validation if self.objective else self.dataset.train
        )

    def test(self):
        """Returns `test_accuracy` and more as a dict."""
        result = self._metrics(self.dataset.test)
        return {f"test_{name}": value for name, value in result.items()}

    def pictures(self):
        """Returns pictures by name, as PNG."""
        logits = self.forward().numpy()
        classes = logits.argmax(axis=-1)
        dataset = self.dataset
        result = {
            "graph": pictures.graph_picture(
                dataset.graph,
                classes,
                dataset.class_names,
                dataset.node_names,
                marked=dataset.train,
            ),
            "embedding": pictures.embedding_picture(
                logits, dataset.labels, dataset.class_names
            ),
        }
        return {name: png for name, png in result.items() if png}

    def _metrics(self, nodes):
        logits = self.forward().numpy()[nodes]
        return metrics.classification_metrics(self.dataset.labels[nodes], logits)
