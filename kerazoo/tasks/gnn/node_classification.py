"""Classes of the nodes of a graph, all of which every step sees."""

import dataclasses
import typing

import tensorflow as tf

from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.models.gnn.config import make_node_classifier
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.gnn_task import warn_of_unseen_classes
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.one_graph_task import OneGraphTask
from kerazoo.tasks.gnn.one_graph_task import describe_graph
from kerazoo.tasks.gnn.replica_shares import ReplicaShares
from kerazoo.tasks.licences import licence_of
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best


@dataclasses.dataclass
class NodeClassification(OneGraphTask):
    """Learns the classes of the nodes of one graph.

    Every step sees the whole graph and the loss of all training nodes, which the
    replicas share out.

    Args:
        dataset, data_dir: See `kerazoo.tasks.gnn.one_graph_task.OneGraphTask`.
        directed: Whether the edges of tables have a direction.
        metric: Metric of the validation nodes that the best model is chosen by:
            `"accuracy"`, `"macro_f1"` or `"loss"`.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import NodeClassification
    from kerazoo.training import Schedule

    task = NodeClassification("karate_club")
    result = kerazoo.run(task, "runs/club", Schedule(train_steps=200, eval_every=10))
    result["test_accuracy"]  # 0.97 or so
    ```
    """

    directed: bool = False
    metric: str = "accuracy"

    kind = "node"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.mode = mode_of(self.metric)
        self.nodes = nodes = self.read_nodes(seed, self.directed)
        if nodes.num_classes < 2:
            raise ValueError(
                "`dataset` must have labels of its nodes, of at least two classes: in "
                "tables a column label of nodes.csv, or one named by `target_column`. "
                f"Received: {nodes.name} with num_classes={nodes.num_classes}"
            )
        _check_classes(nodes)
        warn_of_unseen_classes(nodes.labels, nodes.train, nodes.class_names)
        self.take(
            strategy,
            lambda: make_node_classifier(nodes.graph, nodes.num_classes, self.encoder),
            lambda model: cross_entropy,
            nodes.graph,
        )
        self.class_names = nodes.class_names
        self.objective = self.metric if len(nodes.validation) else None
        self.examples_per_step = len(nodes.train)
        self._shares = ReplicaShares(
            nodes.train,
            nodes.labels[nodes.train],
            replicas=strategy.num_replicas_in_sync,
        )

    def describe_data(self) -> str:
        nodes = self.nodes
        sizes = map(len, (nodes.train, nodes.validation, nodes.test))
        return (
            f"{describe_graph(self.name, nodes.graph)}, {nodes.num_classes} classes; "
            f"nodes: {describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        nodes = self.nodes
        return ModelCard(
            summary=(
                f"Tells nodes of {nodes.num_classes} classes apart, as learnt from "
                f"{self.name}."
            ),
            intended_use="Nodes of this graph, or of one with the same features.",
            limitations=(
                "It names one of its classes for any node, also for one of none.",
                "Of a graph with other features, or other reasons for its edges, its "
                "answers mean nothing.",
                "Not for decisions about people.",
            ),
            measured_on=f"{len(nodes.test):,} nodes whose classes were not trained on",
            licence=licence_of(self.dataset),
            data_digest=graph_digest([nodes.graph], nodes.labels[nodes.train]),
        )

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on all training nodes; returns its metrics."""
        nodes, labels, weights = self._shares()
        return self.train_on({"nodes": nodes}, labels, weights)

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation nodes, without any of the training's."""
        return self._metrics(
            self.nodes.validation if self.objective else self.nodes.train
        )

    def test(self) -> dict[str, float]:
        return self._metrics(self.nodes.test)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        logits, nodes = self.forward().numpy(), self.nodes
        found = {
            "graph": pictures.graph_picture(
                nodes.graph,
                logits.argmax(axis=-1),
                nodes.class_names,
                nodes.node_names,
                marked=nodes.train,
            ),
            "embedding": pictures.embedding_picture(
                logits, nodes.labels, nodes.class_names
            ),
        }
        return {name: png for name, png in found.items() if png}

    def _metrics(self, nodes):
        logits = self.forward().numpy()[nodes]
        return classification_metrics(self.nodes.labels[nodes], logits)


def mode_of(metric: str) -> str:
    """Returns whether the largest or the smallest value of a metric is best.

    Args:
        metric: `"accuracy"`, `"macro_f1"` or `"loss"`.

    Returns:
        `"max"` or `"min"`.

    Raises:
        ValueError: If it is another one.

    Example:

    ```python
    mode_of("loss")  # "min"
    ```
    """
    if metric not in _MODES:
        raise ValueError(
            f"`metric` must be one of {', '.join(_MODES)}. Received: metric={metric}"
        )
    return _MODES[metric]


def _check_classes(nodes):
    """Refuses what can only be names or values of the nodes."""
    labelled = int((nodes.labels >= 0).sum())
    if nodes.node_features is not None and nodes.num_classes == labelled > _FEW:
        raise ValueError(
            f"{nodes.name}: each of the {labelled} nodes with a label has another one, "
            "which are no classes: name their column by `target_column`. "
            f"Received: label={nodes.class_names[0]!r}"
        )


_FEW = 10  # Nodes, of which each may have a class of its own.
_MODES = {"accuracy": "max", "macro_f1": "max", "loss": "min"}
