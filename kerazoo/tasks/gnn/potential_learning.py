"""Energies of atoms in space with their forces, or another value of a structure."""

import dataclasses
import os
import pathlib
import typing

import keras
import tensorflow as tf

from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.elements import symbol
from kerazoo.data.graphs.structure_dataset import StructureDataset
from kerazoo.data.graphs.structure_loading import BUILT_IN
from kerazoo.data.graphs.structure_loading import load_structures
from kerazoo.evaluation.graphs.energies_and_forces import potential_metrics
from kerazoo.evaluation.graphs.metrics import regression_metrics
from kerazoo.models.gnn.config import PotentialConfig
from kerazoo.models.gnn.config import TrainingConfig
from kerazoo.models.gnn.serving_potential import ServingPotential
from kerazoo.serving.limits import Limits
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import GNNTask
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.structure_predictions import StructurePredictions
from kerazoo.tasks.gnn.structure_split import split_structures
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best

# A pair within the cutoff takes kilobytes, any other pair of places some bytes.
POTENTIAL_LIMITS = Limits(max_nodes=4_096, max_edges=200_000)


@dataclasses.dataclass
class PotentialLearning(GNNTask):
    """Learns the potential of atoms in space: energies, and forces as its gradient.

    Of structures with another value than an energy it learns that value. A tenth of the
    structures chooses, a tenth tests.

    Args:
        dataset: `"ethanol"`, made by a formula; a file of structures in `data_dir`,
            see `kerazoo.data.graphs.structure_loading.load_structures`; or a
            `StructureDataset`.
        data_dir: Folder of the file. Default: the current one.
        target_column: What to predict, where it is not the energy.
        smiles_column: Column of a table of SMILES.
        batch_size: Structures of a step, over all devices.
        encoder: Which network sees the atoms, and how it ends.
        training: How the model learns.
        limits: See `kerazoo.models.gnn.serving_potential.ServingPotential`.

    Example:

    ```python
    import kerazoo
    from kerazoo.data.graphs.ethanol import ethanol
    from kerazoo.tasks.gnn import PotentialLearning
    from kerazoo.training import Schedule

    task = PotentialLearning(ethanol(num_frames=40))
    result = kerazoo.run(task, "runs/ethanol", Schedule(train_steps=4, eval_every=4))
    result["test_force_mae"]
    ```
    """

    dataset: str | StructureDataset = BUILT_IN
    data_dir: str | os.PathLike | None = free(None)
    target_column: str | None = None
    smiles_column: str = "smiles"
    batch_size: int = 16
    encoder: PotentialConfig = dataclasses.field(  # type: ignore[assignment]
        default_factory=PotentialConfig, kw_only=True
    )
    training: TrainingConfig = dataclasses.field(
        default_factory=lambda: TrainingConfig(learning_rate=1e-3), kw_only=True
    )
    limits: Limits = dataclasses.field(
        default=POTENTIAL_LIMITS, metadata={"defines": False}, kw_only=True
    )

    kind = "potential"
    mode = "min"
    class_names = None

    @property
    def name(self) -> str:
        if isinstance(self.dataset, StructureDataset):
            return self.dataset.name
        return pathlib.Path(self.dataset).stem

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        _check_learning(self.training)
        found = self.dataset
        if isinstance(found, StructureDataset):
            found.validate()
        else:
            found = load_structures(
                found, self.data_dir, self.target_column, self.smiles_column, seed
            )
        self.structures, self.seed = found, seed
        self.examples_per_step = self.batch_size
        self._train, self._validation, self._test = split_structures(found, seed)
        with strategy.scope():
            self.model = self.encoder.make(found.elements)
            self.model.set_statistics(
                found.element_counts[self._train],
                found.values[self._train],
                found.forces(self._train),
            )
            self.model.compile(self.training.optimizer())
            self.model.optimizer.build(self.model.trainable_variables)
        self._replicas = strategy.num_replicas_in_sync
        self._part = self.batch_size // self._replicas
        self._num_batches = train_steps * self._replicas
        self.predict = StructurePredictions(self.model, found)
        self._batches = self.predict.batches(self._train)
        if found.quantity == "value":
            self.metric = "mae"
        else:
            self.metric = "force_mae" if found.has_forces else "energy_mae"
        self.objective = self.metric
        self.inputs = {
            "from_smiles": found.from_smiles,
            "smiles_column": found.smiles_column,
            "target": found.target,
            "quantity": found.quantity,
            "elements": found.elements,
            "cutoff": self.encoder.cutoff,
            "conformer_seed": seed,
        }

    def describe_data(self) -> str:
        found = self.structures
        largest = max(structure.num_atoms for structure in found.structures)
        elements = ", ".join(map(symbol, found.elements))
        what = f"values of {found.target}" if found.quantity == "value" else "energies"
        what += " and forces" if found.has_forces else ""
        sizes = map(len, (self._train, self._validation, self._test))
        return (
            f"{self.name}: {len(found.structures):,} structures of up to {largest} "
            f"atoms of {elements}, with {what}; {describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        found = self.structures
        elements = ", ".join(map(symbol, found.elements))
        is_energy = found.quantity == "energy"
        what = "energies and forces" if is_energy else found.target
        limitations = [
            "Of surroundings unlike those of training, such as other molecules, "
            "stretched bonds or higher temperatures, it answers as surely, and worse.",
            "Structures are not repeated in space, and atoms farther apart than "
            f"{self.encoder.cutoff:g} know nothing of each other.",
            "It does not know charges or spins.",
        ]
        if is_energy and not found.has_forces:
            limitations.append(
                "Forces were not learnt, nor measured: they are the slope of energies."
            )
        if found.from_smiles:
            limitations.append(
                "Positions were made of the bonds: one shape of many of a molecule."
            )
        train = [found.structures[i] for i in self._train]
        return ModelCard(
            summary=f"Predicts {what} of atoms in space, as learnt from {self.name}.",
            intended_use=f"Structures of {elements}, like those that it learnt from.",
            limitations=tuple(limitations),
            measured_on=f"{len(self._test):,} structures that were not trained on",
            licence=licence_of(self.dataset),
            data_digest=data_digest(
                *(s.atomic_numbers for s in train),
                *(s.positions for s in train),
                *(s.forces for s in train if s.forces is not None),
                found.values[self._train],
            ),
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of merged structures, targets and weights."""
        return self._batches.take(
            self._part,
            self.seed,
            self._num_batches,
            start_step=start_step * self._replicas // context.num_input_pipelines,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
        )

    def train_step(self, batch: typing.Any) -> dict[str, typing.Any]:
        """Takes one step on a batch of `batches`; returns its metrics."""
        inputs, targets, weights = batch
        inputs = {**inputs, "num_graphs": tf.size(weights)}
        return self.model.train_step((inputs, targets, weights))

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation structures."""
        return self._metrics(self._validation)

    def test(self) -> dict[str, float]:
        return self._metrics(self._test)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        found = self.structures
        energies, forces = self.predict(self._test)
        draw = pictures.regression_picture
        name = found.quantity
        drawn = {name: draw(found.values[self._test], energies, name)}
        targets = found.forces(self._test)
        if targets is not None:
            drawn["forces"] = draw(targets.ravel(), forces.ravel(), "force")
        return drawn

    def serving(self, model: typing.Any) -> ServingPotential:  # type: ignore[override]
        found = self.structures
        example = found.structures[self._train[0]]
        return ServingPotential(model, found.quantity, self.limits, example)

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "inputs": self.inputs,
            "limits": self.limits.describe("max_examples", "max_nodes", "max_edges"),
        }

    def _metrics(self, indices):
        found, values = self.structures, self.structures.values[indices]
        predicted, forces = self.predict(indices)
        if found.quantity == "value":
            return regression_metrics(values, predicted)
        return potential_metrics(values, predicted, found.forces(indices), forces)


def _check_learning(training):
    """Refuses half precision, which slopes of energies lose in, and penalties."""
    policy = keras.config.dtype_policy().name
    if policy != "float32":
        raise ValueError(
            "`dtype_policy` must be float32 for energies and forces. "
            f"Received: dtype_policy={policy}"
        )
    for name in ("weight_decay", "hidden_weight_decay"):
        if value := getattr(training, name):
            raise ValueError(
                f"`{name}` must be 0 for energies and forces. Received: {name}={value}"
            )
