"""What a model under training says of the structures of its dataset."""

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.structure_dataset import StructureDataset
from kerazoo.models.gnn.interatomic_potential import InteratomicPotential
from kerazoo.models.gnn.structure_batching import StructureBatches
from kerazoo.progress import track

_BATCH_SIZE = 32


class StructurePredictions:
    """Batches of structures, and what a model predicts of them.

    Args:
        model: `InteratomicPotential`, with its statistics.
        dataset: The structures.

    Example:

    ```python
    from kerazoo.data.graphs.ethanol import ethanol
    from kerazoo.models.gnn import PotentialConfig

    dataset = ethanol(num_frames=4)
    model = PotentialConfig(hidden_size=4).make(dataset.elements)
    energies, forces = StructurePredictions(model, dataset)(np.arange(3))
    energies.shape, forces.shape  # (3,), (27, 3)
    ```
    """

    def __init__(self, model: InteratomicPotential, dataset: StructureDataset):
        self._model = model
        self._dataset = dataset
        counts = dataset.element_counts.astype(np.float64)
        if model.pooling == "mean":
            counts /= counts.sum(axis=1, keepdims=True)
        self._references = counts @ np.asarray(model.references, np.float64)
        self._known: dict[bytes, list] = {}
        self._call = tf.function(self._outputs, reduce_retracing=True, autograph=False)

    def batches(self, indices: np.ndarray) -> StructureBatches:
        """Returns batches of some structures, with what is learnt of them."""
        structures = [self._dataset.structures[i] for i in indices]
        left = (self._dataset.values - self._references)[indices]
        return StructureBatches(structures, left, self._model.encoder.cutoff)

    def __call__(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns energies or values float64 `(B,)`, and forces.

        Forces are float `(N, 3)`, of the atoms of all these structures; 0 where other
        values than energies are learnt.
        """
        key = np.asarray(indices).tobytes()
        if key not in self._known:
            size = min(_BATCH_SIZE, len(indices))
            self._known[key] = list(self.batches(indices).take(size))
        batches = track(
            self._known[key],
            "Structures",
            total=len(indices),
            unit="structures",
            size=lambda batch: int(np.count_nonzero(batch[-1])),
        )
        values, forces = [], []
        for inputs, _, weights in batches:
            some, pulls = self._call(inputs, weights)
            values.append(some.numpy()[weights.numpy() > 0])
            count = int(np.count_nonzero(inputs["atomic_numbers"]))
            forces.append(pulls.numpy()[:count])
        found = np.concatenate(values) + self._references[indices]
        return found, np.concatenate(forces)

    def _outputs(self, inputs, weights):
        inputs = {**inputs, "num_graphs": tf.size(weights)}
        if self._dataset.quantity == "value":
            return self._model(inputs), tf.zeros_like(inputs["positions"])
        return self._model.energy_and_forces(inputs)
