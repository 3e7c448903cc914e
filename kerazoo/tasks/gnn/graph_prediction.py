"""Classes or values of whole graphs, in merged batches."""

import dataclasses
import os
import pathlib
import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.loading import are_molecules
from kerazoo.data.graphs.loading import load_graph_dataset
from kerazoo.data.graphs.molecule_columns import MoleculeColumns
from kerazoo.data.graphs.molecule_form import MoleculeForm
from kerazoo.data.graphs.row_split import RowSplit
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import ReadoutConfig
from kerazoo.models.gnn.config import TrainingConfig
from kerazoo.models.gnn.config import make_graph_predictor
from kerazoo.models.gnn.graph_batching import graph_batches
from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_schemas import merged_spec
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.padded_sizes import size_constraints
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.target_outputs import output_names
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import GNNTask
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.graph_outputs import GraphOutputs
from kerazoo.tasks.gnn.graph_outputs import network_inputs
from kerazoo.tasks.gnn.graph_split import split_graphs
from kerazoo.tasks.gnn.graph_targets import GraphTargets
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best


@dataclasses.dataclass
class GraphPrediction(GNNTask):
    """Learns the classes of whole graphs, or a value of each, or several of these.

    Of several targets some may not be known, and of files of molecules a row may be
    several molecules, or a reaction.

    With a `fold`, the evaluations during training are on the fold's test graphs, as the
    cross-validation of small collections does. Nothing is chosen by them.

    Args:
        dataset: Name of a file of molecules or reactions, such as `"esol.csv"`, or of a
            collection of graphs, such as `"MUTAG"`, in `data_dir`; or a `GraphDataset`.
        data_dir: Folder of the file. Default: the current one.
        columns: Of a file of molecules.
        descriptors: Gives the model descriptors of a whole graph, too: RDKit's of a
            molecule, sizes and counts of others. Needs a `readout` of `"mlp"`.
        split: `"random"`, or `"scaffold"` for molecules of one scaffold in one part.
        fold: Trains and tests on one fold of ten, from 0, in place of a split.
        split_file: A table that says which rows of the data train and test, in place of
            a `split`; None for the data's own file where there is a `split_column`.
        split_column: Its column, see `kerazoo.data.graphs.row_split.RowSplit`.
        train_rows: How many of the first numbers of rows in it train.
        split_seed: Seed of a random split; None for that of the run.
        batch_size: Graphs of a step, over all devices.
        readout: How the nodes of a graph are put together. Default: of molecules by
            their mean and an `"mlp"`, of others by the sums of all layers.
        encoder: See `kerazoo.tasks.gnn.gnn_task.GNNTask`. Default: four layers, of
            `"gine"` where edges have features, else of `"gin"`.
        training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import GraphPrediction
    from kerazoo.training import Schedule

    task = GraphPrediction("MUTAG", "data")
    result = kerazoo.run(task, "runs/mutag", Schedule(train_steps=4, eval_every=4))
    result["test_accuracy"]
    ```
    """

    dataset: str | GraphDataset
    data_dir: str | os.PathLike | None = free(None)
    columns: MoleculeColumns = dataclasses.field(default_factory=MoleculeColumns)
    descriptors: bool = False
    split: str = "random"
    fold: int | None = None
    split_file: str | os.PathLike | None = None
    split_column: str | None = None
    train_rows: int | None = None
    split_seed: int | None = None
    batch_size: int = 64
    # None until `__post_init__`.
    readout: ReadoutConfig = None  # type: ignore[assignment]
    encoder: EncoderConfig = dataclasses.field(  # type: ignore[assignment]
        default=None, kw_only=True
    )
    training: TrainingConfig = dataclasses.field(
        default_factory=lambda: TrainingConfig(learning_rate=1e-3), kw_only=True
    )

    kind = "graph"

    def __post_init__(self):
        has_edge_features = _has_edge_features(self.dataset)
        if self.readout is None and self.encoder and self.encoder.has_own_readout:
            is_attentive = self.encoder.architecture == "attentive_fp"
            self.readout = ReadoutConfig("attentive" if is_attentive else "mean", "mlp")
        if self.readout is None:
            with_mlp = ReadoutConfig("mean", "mlp")
            self.readout = with_mlp if has_edge_features else ReadoutConfig()
        if self.encoder is None:
            self.encoder = EncoderConfig(
                "gine" if has_edge_features else "gin",
                hidden_size=64,
                num_layers=4,
                normalization="batch",
                dropout=0.0,
            )

    @property
    def name(self) -> str:
        if isinstance(self.dataset, GraphDataset):
            return self.dataset.name
        return pathlib.Path(self.dataset.removesuffix(".gz")).stem

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        graphs = self.dataset
        if not isinstance(graphs, GraphDataset):
            graphs = load_graph_dataset(
                graphs, self.data_dir, self.columns, self.descriptors
            )
        graphs.validate()
        split_seed = seed if self.split_seed is None else self.split_seed
        parts = split_graphs(
            graphs, self.split, self.fold, split_seed, self._row_split(graphs)
        )
        self.learn(graphs, parts, strategy, train_steps, seed)

    def learn(
        self,
        graphs: GraphDataset,
        parts: tuple[np.ndarray, np.ndarray, np.ndarray],
        strategy: tf.distribute.Strategy,
        train_steps: int,
        seed: int,
    ) -> None:
        """Makes the model for graphs that are split already.

        Args:
            graphs: The dataset.
            parts: Training, validation (may be empty) and test graphs.
            strategy: Makes the model's variables in its scope.
            train_steps: Number of steps, whose batches set the sizes to pad to.
            seed: Seed of the order of the graphs.
        """
        self.graphs = graphs
        self._train, self._validation, self._test = parts
        self.targets = GraphTargets(graphs, self._train)
        self.regression = self.targets.regression
        self._form = graphs.form or MoleculeForm()
        self.encoder.check_graph(graphs.graphs[0], graphs.name)
        train = [graphs.graphs[i] for i in self._train]
        self.take(
            strategy,
            lambda: make_graph_predictor(
                train,
                graphs.labels[self._train],
                graphs.num_classes,
                self.encoder,
                self.readout,
                self._form.num_components,
                self._form.joining,
            ),
            self.targets.loss,
            graphs.graphs[0],
        )
        self.class_names = graphs.class_names
        self.inputs: dict[str, typing.Any] = {"descriptors": self.descriptors}
        for name in ("smiles_column", "target_column", "node_tags"):
            if getattr(graphs, name) is not None:
                self.inputs[name] = getattr(graphs, name)
        if graphs.form is not None:
            self.inputs["form"] = graphs.form.describe()
        self.mode = self.targets.mode
        self.metric = self.targets.metric(self._validation)
        self._watched = self._validation if self.fold is None else self._test
        selects = len(self._validation) and self.fold is None
        self.objective = self.metric if selects else None
        self.examples_per_step = self.batch_size
        self.seed = seed
        self._replicas = strategy.num_replicas_in_sync
        self._part = self.batch_size // self._replicas  # Of one replica.
        self._graphs = from_graphs(train)
        self._constraints = size_constraints(
            self._graphs, self._part, seed, train_steps * self._replicas
        )
        self._spec = merged_spec(self._graphs.spec)
        self._outputs = GraphOutputs(self.model, graphs, self._spec)

    def describe_data(self) -> str:
        graphs = self.graphs
        sizes = map(len, (self._train, self._validation, self._test))
        return (
            f"{self.name}: {len(graphs.graphs):,} graphs, {self.targets.describe()}; "
            f"{describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        train = [self.graphs.graphs[i] for i in self._train]
        what = self.targets.describe_one()
        is_sure = isinstance(self.model, GraphEnsemble)
        return ModelCard(
            summary=f"Predicts {what} of a whole graph, as learnt from {self.name}.",
            intended_use="Sorting graphs like those that it learnt from.",
            limitations=(
                "Of graphs unlike those of training it answers as surely, and worse: "
                "molecules of other scaffolds, for one.",
                "How far its models differ is no bound of its error."
                if is_sure
                else "It does not say how sure it is of a value.",
                "A prediction is no measurement: not for judging that something is "
                "safe.",
            ),
            measured_on=f"{len(self._test):,} graphs that were not trained on",
            licence=licence_of(self.dataset),
            data_digest=graph_digest(train, self.graphs.labels[self._train]),
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of merged graphs, labels and weights."""
        return graph_batches(
            self._graphs,
            self.graphs.labels[self._train],
            self._part,
            self._constraints,
            seed=self.seed,
            start_step=start_step * self._replicas // context.num_input_pipelines,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
        )

    def train_step(self, batch: typing.Any) -> dict[str, typing.Any]:
        """Takes one step on a batch of `batches`; returns its metrics."""
        components, labels, weights = batch
        inputs = network_inputs(self._spec, components, weights)
        return self.model.train_step((inputs, labels, weights))

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation graphs, or of those that are watched."""
        return self._metrics(self._watched if len(self._watched) else self._train)

    def test(self) -> dict[str, float]:
        return self._metrics(self._test)

    def predict(self, indices: np.ndarray) -> np.ndarray:
        """Returns the logits or values of some graphs of the dataset."""
        return self._outputs.predict(indices)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        if self.targets.several:
            return {}
        outputs, labels = self.predict(self._test), self.graphs.labels[self._test]
        if self.regression:
            name = "value"
            return {"regression": pictures.regression_picture(labels, outputs, name)}
        picture = pictures.embedding_picture(outputs, labels, self.class_names)
        return {"embedding": picture} if picture else {}

    def serving(self, model: keras.Model) -> ServingGraphModel:
        return ServingGraphModel(
            model,
            self._has_edge_weights,
            self._example_graph,
            self.limits,
            self.graphs.target_names,
        )

    def metadata(self) -> dict[str, typing.Any]:
        found = super().metadata()
        if self.targets.several:
            names = self.graphs.target_names or []
            outputs = output_names(names)
            found["targets"] = [
                {"name": name, "output": output}
                for name, output in zip(names, outputs, strict=True)
            ]
        if isinstance(self.model, GraphEnsemble):
            found["members"] = len(self.model.members)
        return found

    def combine(self, models: Sequence[GraphPredictor]) -> None:
        """Takes the ensemble of trained models in place of the model.

        Args:
            models: At least two, of the same data.

        Example:

        ```python
        import kerazoo
        from kerazoo.tasks.gnn import GraphPrediction
        from kerazoo.training import Schedule, strategy

        folders = ["runs/seed_0", "runs/seed_1"]
        for seed, folder in enumerate(folders):
            task = GraphPrediction("MUTAG", "data", split_seed=0)
            kerazoo.run(task, folder, Schedule(train_steps=2, eval_every=2), seed=seed)
        task.combine([kerazoo.load(folder) for folder in folders])
        task.test()["accuracy"]
        ```
        """
        self.model = GraphEnsemble(models)
        self._outputs = GraphOutputs(self.model, self.graphs, self._spec)

    def _row_split(self, graphs):
        if self.split_file is None and self.split_column is None:
            return None
        path = self.split_file or graphs.path
        if path is None:
            raise ValueError(
                f"`split_column` needs a `split_file`, as {self.name} has no columns. "
                f"Received: split_column={self.split_column}"
            )
        return RowSplit(path, self.split_column, self.train_rows)

    def _metrics(self, indices):
        outputs, labels = self.predict(indices), self.graphs.labels[indices]
        return self.targets.measure(labels, outputs)


def _has_edge_features(dataset):
    if isinstance(dataset, GraphDataset):
        return bool(dataset.graphs) and dataset.graphs[0].edge_features is not None
    return are_molecules(dataset)
