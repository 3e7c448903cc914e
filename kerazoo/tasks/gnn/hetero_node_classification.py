"""Classes of the nodes of one set, in a graph of several sets of nodes and edges."""

import dataclasses
import os
import pathlib
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.hetero_graph import HeteroNodeDataset
from kerazoo.data.graphs.hetero_tables import hetero_node_tables
from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import compile_model
from kerazoo.models.gnn.config import make_hetero_classifier
from kerazoo.models.gnn.hetero_full_graph import HeteroFullGraph
from kerazoo.models.gnn.hetero_spec import HeteroSpec
from kerazoo.models.gnn.hetero_tensors import hetero_schema
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.serving_hetero_model import ServingHeteroModel
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import GNNTask
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.gnn_task import warn_of_unseen_classes
from kerazoo.tasks.gnn.node_classification import mode_of
from kerazoo.tasks.gnn.replica_shares import ReplicaShares
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best


@dataclasses.dataclass
class HeteroNodeClassification(GNNTask):
    """Learns the classes of one set of nodes in a graph of several.

    Every step sees the whole graph and the loss of all training nodes, which the
    replicas share out.

    Args:
        dataset: A `HeteroNodeDataset`; None for the tables of `data_dir`, see
            `kerazoo.data.graphs.hetero_tables.read_hetero_tables`.
        data_dir: Folder of `nodes_<set>.csv` and `edges_<source>_<name>_<target>.csv`.
        node_set: Set of nodes that are classified; None for the only one with labels.
        target_column: Column of the labels in that set's table.
        directed: Whether messages go along the edges only, not against them, too.
        metric: Metric of the validation nodes that the best model is chosen by:
            `"accuracy"`, `"macro_f1"` or `"loss"`.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import pathlib

    import kerazoo
    from kerazoo.tasks.gnn import HeteroNodeClassification
    from kerazoo.training import Schedule

    papers = "".join(f"p{i},{'ab'[i % 2]}\\n" for i in range(9))
    tables = {
        "nodes_paper": "id,label\\n" + papers,
        "nodes_author": "id\\nann\\nbob\\n",
        "edges_author_writes_paper": "from,to\\nann,p0\\nbob,p1\\n",
    }
    pathlib.Path("library").mkdir()
    for name, text in tables.items():
        pathlib.Path("library", f"{name}.csv").write_text(text)
    task = HeteroNodeClassification(data_dir="library")
    kerazoo.run(task, "runs/library", Schedule(train_steps=20, eval_every=10))
    ```
    """

    dataset: HeteroNodeDataset | None = None
    data_dir: str | os.PathLike | None = free(None)
    node_set: str | None = dataclasses.field(default=None, kw_only=True)
    target_column: str | None = dataclasses.field(default=None, kw_only=True)
    directed: bool = False
    metric: str = "accuracy"
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig("sage", hidden_size=64), kw_only=True
    )

    kind = "node"

    @property
    def name(self) -> str:
        if self.dataset is not None:
            return self.dataset.name
        return pathlib.Path(self.data_dir or "").absolute().name

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.mode = mode_of(self.metric)
        nodes = self.dataset
        if nodes is None:
            nodes = hetero_node_tables(
                self.data_dir or "", seed, self.node_set, self.target_column
            )
        nodes.validate()
        self.nodes = nodes
        warn_of_unseen_classes(nodes.labels, nodes.train, nodes.class_names)
        spec = HeteroSpec.of(nodes.graph)
        with strategy.scope():
            self.model = make_hetero_classifier(
                spec, nodes.node_set, nodes.num_classes, self.encoder, not self.directed
            )
            compile_model(self.model, cross_entropy, self.training)
        self.full_graph = HeteroFullGraph(nodes.graph, self.model)
        self.forward = tf.function(self.full_graph.call, autograph=False)
        self.class_names = nodes.class_names
        self.objective = self.metric if len(nodes.validation) else None
        self.examples_per_step = len(nodes.train)
        self.inputs = {
            "directed": self.directed,
            "node_set": nodes.node_set,
            "columns": nodes.columns,
            "sets": spec.to_json(),
        }
        self._shares = ReplicaShares(
            nodes.train,
            nodes.labels[nodes.train],
            replicas=strategy.num_replicas_in_sync,
        )

    def describe_data(self) -> str:
        nodes, graph = self.nodes, self.nodes.graph
        sizes = map(len, (nodes.train, nodes.validation, nodes.test))
        sets = [f"{v.shape[0]:,} of {name}" for name, v in graph.node_sets.items()]
        return (
            f"{self.name}: nodes {', '.join(sets)}; {graph.num_edges:,} edges of "
            f"{len(graph.edge_sets)} sets; {nodes.num_classes} classes of "
            f"{nodes.node_set}: {describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        nodes = self.nodes
        arrays = [nodes.labels[nodes.train]]
        for edges in nodes.graph.edge_sets.values():
            arrays += [edges.source, edges.target]
        return ModelCard(
            summary=(
                f"Tells nodes of the set {nodes.node_set} of {nodes.num_classes} "
                f"classes apart, as learnt from {self.name}."
            ),
            intended_use="Nodes of this graph, or of one with the same sets.",
            limitations=(
                "It names one of its classes for any node, also for one of none.",
                "Of a graph with other features, or other reasons for its edges, its "
                "answers mean nothing.",
                "Not for decisions about people.",
            ),
            measured_on=f"{len(nodes.test):,} nodes whose classes were not trained on",
            data_digest=data_digest(*map(np.asarray, arrays)),
        )

    def train_step(self) -> dict[str, typing.Any]:
        """Takes one step on all training nodes; returns its metrics."""
        nodes, labels, weights = self._shares()
        inputs = {**self.full_graph.inputs, "nodes": nodes}
        return self.model.train_step(
            (inputs, labels, weights), **self.full_graph.arguments
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation nodes, without any of the training's."""
        return self._metrics(
            self.nodes.validation if self.objective else self.nodes.train
        )

    def test(self) -> dict[str, float]:
        return self._metrics(self.nodes.test)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        picture = pictures.embedding_picture(
            self.forward().numpy(), self.nodes.labels, self.class_names
        )
        return {"embedding": picture} if picture else {}

    # Another class than that of one set.
    def serving(self, model: keras.Model) -> ServingHeteroModel:  # type: ignore[override]
        return ServingHeteroModel(model, limits=self.limits)

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "class_names": self.class_names,
            "inputs": self.inputs,
            "schema": hetero_schema(self.model.spec),
            "limits": self.limits.describe("max_examples", "max_nodes", "max_edges"),
        }

    def _metrics(self, nodes):
        logits = self.forward().numpy()[nodes]
        return classification_metrics(self.nodes.labels[nodes], logits)
