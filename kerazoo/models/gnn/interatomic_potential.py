"""The energy of atoms in space, and the forces on them."""

import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.spatial_encoder import NUM_ELEMENTS
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas

POOLINGS = {"sum": segment_sum, "mean": segment_mean}


@keras.saving.register_keras_serializable(package="kerazoo")
class InteratomicPotential(ReplicaModel):
    r"""Gives each structure of a merged batch its energy, or another value.

    The energy is a sum over the atoms, \(E = \sum_i (s\, u_i + e_{Z_i})\): of what a
    network makes of each atom in its surroundings, in units of a scale s, and of
    reference energies of the elements, which `set_statistics` finds. `call` returns it
    without the references, which can be so large that float32 has no digits left for
    the rest; `reference` returns those.

    Forces are the negative gradient, so that energy is conserved. They are learnt
    together: `train_step` minimises
    \((1 - w) (\Delta E / \sigma_E)^2 + w\, \|\Delta F\|^2 / 3 \sigma_F^2\), in units of
    the deviations that `set_statistics` finds. Without forces among the targets, it is
    the energy's part alone.

    Args:
        encoder: `SpatialEncoder`.
        elements: Atomic numbers of the elements that it learns from.
        pooling: `"sum"` over the atoms, or `"mean"` for values that do not grow with
            their number.
        force_weight: w, from 0 to 1.

    Call arguments:
        inputs: dict as the encoder takes it, with int `graph_ids` `(N,)`, the structure
            of each atom, and `num_graphs`; without `graph_ids`, all are of one.

    Returns:
        float `(B,)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    model = InteratomicPotential(PaiNNEncoder(16), elements=[1])
    pairs = {"source": np.array([0, 1]), "target": np.array([1, 0])}
    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    inputs = {"atomic_numbers": np.array([1, 1]), "positions": positions, **pairs}
    energy, forces = model.energy_and_forces(inputs)  # (1,), (2, 3)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        elements: Sequence[int],
        pooling: str = "sum",
        force_weight: float = 0.95,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if pooling not in POOLINGS:
            raise ValueError(
                f"`pooling` must be one of {', '.join(POOLINGS)}. "
                f"Received: pooling={pooling}"
            )
        if not 0 <= force_weight <= 1:
            raise ValueError(
                f"`force_weight` must be from 0 to 1. "
                f"Received: force_weight={force_weight}"
            )
        self.encoder = encoder
        self.elements = sorted(map(int, elements))
        self.pooling = pooling
        self.force_weight = force_weight
        half = max(encoder.hidden_size // 2, 1)
        self.hidden = keras.layers.Dense(half, "silu")
        self.head = keras.layers.Dense(1)
        self.references = self._statistic("references", "zeros", (NUM_ELEMENTS + 1,))
        self.scale = self._statistic("scale")
        self.energy_deviation = self._statistic("energy_deviation")
        self.force_deviation = self._statistic("force_deviation")
        two = np.zeros(2, "int32")
        inputs = {"atomic_numbers": two + 1, "source": two, "target": two}
        self({**inputs, "positions": np.zeros((2, 3), "float32")})

    def set_statistics(
        self, counts: np.ndarray, energies: np.ndarray, forces: np.ndarray | None = None
    ) -> None:
        """Finds the references, the scale and the deviations of what is learnt from.

        Args:
            counts: int `(B, 119)`. Atoms of each element, by atomic number.
            energies: float64 `(B,)`.
            forces: float `(N, 3)`, or None.
        """
        counts = np.asarray(counts, np.float64)
        if self.pooling == "mean":
            counts = counts / counts.sum(axis=1, keepdims=True)
        occur = counts.any(axis=0)
        references = np.zeros(counts.shape[1])
        references[occur] = np.linalg.lstsq(counts[:, occur], energies, rcond=None)[0]
        self.references.assign(references.astype("float32"))
        left = energies - counts @ ops.convert_to_numpy(self.references)
        deviation = _deviation(left)
        self.energy_deviation.assign(deviation)
        if forces is None:
            self.scale.assign(deviation / np.sqrt(counts.sum(axis=1).mean()))
        else:
            self.force_deviation.assign(_deviation(forces))
            self.scale.assign(self.force_deviation.value)

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        features = self.encoder(inputs)
        of_atoms = ops.cast(self.head(self.hidden(features)), "float32")
        return self._pool(of_atoms[:, 0] * self.scale, inputs)

    def reference(self, inputs: dict[str, Tensor]) -> Tensor:
        """Returns the references of the atoms of each structure, float `(B,)`.

        They are in float64 where the backend has it.
        """
        values = ops.cast(self.references.value, "float64")
        return self._pool(ops.take(values, inputs["atomic_numbers"], axis=0), inputs)

    def energy_and_forces(
        self, inputs: dict[str, Tensor], training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns what `call` does, and its negative gradient by the positions.

        Args:
            inputs: See `call`.
            training: Whether this is a step of training.

        Returns:
            float `(B,)` and `(N, 3)`.
        """
        positions = tf.convert_to_tensor(inputs["positions"])
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(positions)
            energy = self({**inputs, "positions": positions}, training=training)
            total = tf.reduce_sum(energy)
        # A structure of a single atom does not depend on where it is.
        none = tf.UnconnectedGradients.ZERO
        slope = tape.gradient(total, positions, unconnected_gradients=none)
        return energy, -tf.convert_to_tensor(slope)  # May come as rows of indices.

    def train_step(self, data, **call_arguments):
        """Takes one optimizer step.

        Args:
            data: This replica's `(inputs, targets, weights)`: `targets` a dict of
                `energy` `(B,)` without the references and, where they are learnt,
                `forces` `(N, 3)`; weights `(B,)` of the structures.
            **call_arguments: None.

        Returns:
            dict of `loss`, the mean over the global batch.
        """
        with tf.GradientTape() as tape:
            share = self._share_of_loss(data, training=True)
            total = self.optimizer.scale_loss(share)
        self.apply_gradients(tape.gradient(total, self.trainable_variables))
        return self._noted(share)

    def test_step(self, data, **call_arguments):
        """Returns the same `loss` without training."""
        return self._noted(self._share_of_loss(data, training=False))

    def get_config(self) -> dict[str, typing.Any]:
        return {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "elements": self.elements,
            "pooling": self.pooling,
            "force_weight": self.force_weight,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "InteratomicPotential":
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""

    def _share_of_loss(self, data, training):
        inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        weights = tf.ones_like(targets["energy"]) if weights is None else weights
        if "forces" not in targets:
            energy = self(inputs, training=training)
            return share_of_mean(self._energy_loss(targets, energy), weights)
        energy, forces = self.energy_and_forces(inputs, training)
        error = (targets["forces"] - forces) / self.force_deviation
        of_atoms = tf.reduce_mean(tf.square(error), axis=-1)
        atom_weights = tf.gather(weights, inputs["graph_ids"])
        of_energy = share_of_mean(self._energy_loss(targets, energy), weights)
        of_forces = share_of_mean(of_atoms, atom_weights)
        return (1 - self.force_weight) * of_energy + self.force_weight * of_forces

    def _energy_loss(self, targets, energy):
        return tf.square((targets["energy"] - energy) / self.energy_deviation)

    def _noted(self, share):
        loss = sum_over_replicas(share)
        self.loss_tracker.update_state(loss)
        return {"loss": loss}

    def _pool(self, values, inputs):
        graph_ids, num_graphs = inputs.get("graph_ids"), inputs.get("num_graphs")
        if graph_ids is None:
            graph_ids, num_graphs = ops.zeros_like(inputs["atomic_numbers"]), 1
        return POOLINGS[self.pooling](values, graph_ids, num_graphs)

    def _statistic(self, name, initializer="ones", shape=()):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            autocast=False,
        )


def _deviation(values):
    """Returns the standard deviation, or 1 of values that are all the same."""
    deviation = float(np.std(values))
    return deviation if deviation > 1e-8 else 1.0
