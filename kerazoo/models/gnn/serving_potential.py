"""The signatures of an exported model of atoms in space."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.atom_pairs import padded_pairs
from kerazoo.models.gnn.interatomic_potential import InteratomicPotential
from kerazoo.models.gnn.spatial_encoder import NUM_ELEMENTS
from kerazoo.models.gnn.structure_batching import StructureArrays
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace

_LEAST_DISTANCE = 1e-3


class ServingPotential:
    """Serves energies and forces, or another value, of atoms in space.

    The signature `energy_and_forces`, which is the default one, takes structures padded
    to the same number of atoms: int32 `atomic_numbers` `(B, A)`, 0 where there is no
    atom, and float32 `positions` `(B, A, 3)`. It answers float64 `energy` `(B,)` and
    float32 `forces` `(B, A, 3)`, 0 where there is no atom: the gradient is within the
    graph. Of a model of other values, the signature `value` answers `value` `(B,)`.

    Args:
        model: `InteratomicPotential`, outside of any strategy.
        quantity: `"energy"` or `"value"`.
        limits: What a request may ask for: examples are structures, nodes are places
            for atoms, edges are pairs of atoms within the cutoff, in both directions.
        structure: What `example` asks about; None for an atom of each element.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.models.gnn import PaiNNEncoder

    serving = ServingPotential(InteratomicPotential(PaiNNEncoder(8), elements=[1]))
    positions = [[[0.0, 0, 0], [0, 0, 0.74]]]
    answer = serving.endpoints["energy_and_forces"](
        atomic_numbers=tf.constant([[1, 1]]), positions=tf.constant(positions)
    )
    answer["forces"]  # (1, 2, 3)
    ```
    """

    def __init__(
        self,
        model: InteratomicPotential,
        quantity: str = "energy",
        limits: Limits | None = None,
        structure: StructureArrays | None = None,
    ):
        self.module = tf.Module(name="serving_potential")
        self.module.weights = [variable.value for variable in model.weights]
        self._model = model
        self._quantity = quantity
        self._limits = limits or Limits()
        self._structure = structure

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        is_energy = self._quantity == "energy"
        function = trace(
            self.serve,
            atomic_numbers=tf.TensorSpec((None, None), tf.int32),
            positions=tf.TensorSpec((None, None, 3), tf.float32),
        )
        name = "energy_and_forces" if is_energy else "value"
        return {"serving_default": function, name: function}

    def serve(
        self, atomic_numbers: tf.Tensor, positions: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the outputs for structures."""
        atomic_numbers, positions = checked(
            (atomic_numbers, positions), self._shape_checks(atomic_numbers, positions)
        )
        mask = atomic_numbers > 0
        atoms = tf.where(mask)
        inputs = {
            "atomic_numbers": tf.gather_nd(atomic_numbers, atoms),
            "positions": tf.gather_nd(positions, atoms),
            "graph_ids": tf.cast(atoms[:, 0], tf.int32),
            "num_graphs": tf.shape(atomic_numbers)[0],
        }
        checks = self._atom_checks(atomic_numbers, mask, inputs["positions"])
        inputs, positions, mask = checked((inputs, positions, mask), checks)
        pairs = padded_pairs(positions, mask, self._model.encoder.cutoff)
        pairs = checked(pairs, self._pair_checks(*pairs))
        inputs["source"], inputs["target"], _ = pairs
        if self._quantity != "energy":
            return {"value": self._total(self._model(inputs), inputs)}
        energy, forces = self._model.energy_and_forces(inputs)
        found = [gives_finite("positions", inputs["positions"], forces)]
        energy, forces = checked((energy, forces), found)
        return {
            "energy": self._total(energy, inputs),
            "forces": tf.scatter_nd(
                atoms, forces, tf.cast(tf.shape(positions), tf.int64)
            ),
        }

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        if self._structure is None:
            numbers = np.array(self._model.elements[:4], np.int32)
            positions = 2 * np.eye(len(numbers), 3, dtype=np.float32)
        else:
            numbers = self._structure.atomic_numbers
            positions = self._structure.positions
        request = {"atomic_numbers": numbers[None], "positions": positions[None]}
        return dict.fromkeys(self.endpoints, request)

    def _shape_checks(self, atomic_numbers, positions):
        shape, other = tf.shape(atomic_numbers), tf.shape(positions)[:2]
        most = self._limits.max_nodes
        # Not multiplied as int32, which large shapes of no rows would overflow.
        places = tf.reduce_prod(tf.cast(shape, tf.int64))
        return [
            has_rows("atomic_numbers", atomic_numbers, self._limits.max_examples),
            Check(
                places <= most,
                "atomic_numbers",
                f"have at most {most} places for atoms",
                lambda: places,
            ),
            Check(
                tf.reduce_all(tf.equal(shape, other)),
                "positions",
                "have three coordinates for each of `atomic_numbers`, of shape "
                "(structures, atoms, 3)",
                lambda: tf.strings.reduce_join(tf.as_string(other), separator=" x "),
            ),
        ]

    def _atom_checks(self, atomic_numbers, mask, positions):
        elements = self._model.elements
        known = np.zeros(NUM_ELEMENTS + 1, bool)
        known[[0, *elements]] = True
        in_table = (atomic_numbers >= 0) & (atomic_numbers <= NUM_ELEMENTS)
        are_known = in_table & tf.gather(
            tf.constant(known), tf.clip_by_value(atomic_numbers, 0, NUM_ELEMENTS)
        )
        counts = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        names = ", ".join(map(str, elements))
        return [
            all_fit(
                "atomic_numbers",
                atomic_numbers,
                are_known,
                f"be 0 for no atom, or of an element that was learnt from: {names}",
            ),
            all_fit("atomic_numbers", counts, counts > 0, "have an atom in each row"),
            is_finite("positions", positions),
        ]

    def _pair_checks(self, source, target, least):
        most, count = self._limits.max_edges, tf.shape(source)[0]
        return [
            Check(
                count <= most,
                "positions",
                f"have at most {most} pairs of atoms within the cutoff",
                lambda: count,
            ),
            Check(
                least > _LEAST_DISTANCE,
                "positions",
                f"have no two atoms nearer than {_LEAST_DISTANCE:g}",
                lambda: least,
            ),
        ]

    def _total(self, outputs, inputs):
        total = tf.cast(outputs, tf.float64) + self._model.reference(inputs)
        return checked(total, [gives_finite("positions", inputs["positions"], total)])
