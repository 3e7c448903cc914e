"""Classes of the roots of sampled subgraphs, which are read from files."""

import dataclasses
import os
import pathlib
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.example_folder import find_examples
from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import compile_model
from kerazoo.models.gnn.config import make_hetero_classifier
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.root_examples import RootExamples
from kerazoo.models.gnn.serving_hetero_model import ServingHeteroModel
from kerazoo.tasks.gnn.gnn_task import GNNTask
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.node_classification import mode_of
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size

_EVALUATED = 256  # Roots that are evaluated together.


@dataclasses.dataclass
class RootNodeClassification(GNNTask):
    """Learns the classes of the roots of subgraphs in TFRecord files.

    The graphs, of one or several sets of nodes and edges, are those that TF-GNN's
    samplers or `apps.sample_graph` write. Memory holds one file at a time.

    Args:
        data_dir: Folder of the files, see
            `kerazoo.data.graphs.example_folder.find_examples`.
        node_set: Set of the roots; None for the schema's root set, or the only one with
            a label.
        target_column: Name of the feature with the classes. Default: `label`.
        batch_size: Roots of a step, over all devices.
        directed: Whether messages go along the edges only, not against them, too.
        metric: Metric of the validation roots that the best model is chosen by:
            `"accuracy"`, `"macro_f1"` or `"loss"`.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.
    """

    data_dir: str | os.PathLike = free("")
    node_set: str | None = dataclasses.field(default=None, kw_only=True)
    target_column: str | None = dataclasses.field(default=None, kw_only=True)
    batch_size: int = 64
    directed: bool = False
    metric: str = "accuracy"
    encoder: EncoderConfig = dataclasses.field(
        default_factory=lambda: EncoderConfig("sage", hidden_size=64), kw_only=True
    )

    kind = "node"

    @property
    def name(self) -> str:
        return pathlib.Path(self.data_dir).absolute().name

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        self.mode = mode_of(self.metric)
        folder = find_examples(self.data_dir)
        self.roots = roots = RootExamples(
            folder.schema,
            folder.files,
            self.node_set,
            self.target_column or "label",
            folder.notes.get("class_names"),
            seed,
        )
        self.class_names = roots.class_names
        with strategy.scope():
            self.model = make_hetero_classifier(
                roots.spec,
                roots.node_set,
                len(roots.class_names),
                self.encoder,
                not self.directed,
            )
            compile_model(self.model, cross_entropy, self.training)
        self.objective = self.metric if roots.size("validation") else None
        self.examples_per_step = self.batch_size
        self.seed = seed
        self.inputs = {**folder.notes, "node_set": roots.node_set, "roots": True}
        self._replicas = strategy.num_replicas_in_sync
        self._forward = tf.function(
            lambda serialized: self.model(roots.inputs(serialized)),
            input_signature=[tf.TensorSpec((None,), tf.string)],
            autograph=False,
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of subgraphs, labels and weights."""
        return self.roots.batches(
            "train",
            self.batch_size // self._replicas,
            self.seed,
            start_step * self._replicas // context.num_input_pipelines,
            context.num_input_pipelines,
            context.input_pipeline_id,
        )

    def describe_data(self) -> str:
        roots = self.roots
        sizes = (roots.size(part) for part in ("train", "validation", "test"))
        return (
            f"{self.name}: subgraphs around nodes of {roots.node_set}, "
            f"{len(roots.spec.node_sets)} sets of nodes and "
            f"{len(roots.spec.edge_sets)} of edges; {len(self.class_names)} classes: "
            f"{describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        roots = self.roots
        return ModelCard(
            summary=(
                f"Tells nodes of the set {roots.node_set} of {len(self.class_names)} "
                f"classes apart, as learnt from {self.name}."
            ),
            intended_use="Nodes with a subgraph around each, sampled as in training.",
            limitations=(
                "It names one of its classes for any node, also for one of none.",
                "Of subgraphs that were sampled in another way its answers may differ.",
                "Not for decisions about people.",
            ),
            measured_on=f"{roots.size('test'):,} roots that were not trained on",
            data_digest=data_digest(roots.labels("train"), roots.labels("test")),
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation roots, without any of the training's."""
        return self._metrics("validation" if self.objective else "train")

    def test(self) -> dict[str, float]:
        return self._metrics("test")

    # Another class than that of one set.
    def serving(self, model: keras.Model) -> ServingHeteroModel:  # type: ignore[override]
        return ServingHeteroModel(
            model,
            self.roots.first(),
            self.limits,
            schema=self.roots.schema,
            exclude=(),
            roots=True,
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "class_names": self.class_names,
            "inputs": self.inputs,
            "schema": self.roots.schema,
            "limits": self.limits.describe("max_examples", "max_nodes", "max_edges"),
        }

    def _metrics(self, part):
        logits, labels = [], []
        for serialized, found in self.roots.once(part, _EVALUATED):
            logits.append(self._forward(serialized).numpy())
            labels.append(found)
        return classification_metrics(np.concatenate(labels), np.concatenate(logits))
