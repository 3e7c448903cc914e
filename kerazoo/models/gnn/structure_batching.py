"""Batches of structures as `tf.data`: merged, and padded to static shapes."""

import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.atom_pairs import near_pairs
from kerazoo.models.gnn.batch_order import example_order
from kerazoo.models.gnn.padded_sizes import size_constraints


class StructureArrays(typing.Protocol):
    """Atoms in space, as `kerazoo.data.graphs.structure.Structure` has them."""

    atomic_numbers: np.ndarray
    positions: np.ndarray
    forces: np.ndarray | None


class StructureBatches:
    """Batches of structures in memory, with the pairs of atoms within a cutoff.

    A batch is `(inputs, targets, weights)`, as `InteratomicPotential.train_step` takes
    it. One structure more than asked for, of one atom that is paired with itself, fills
    up its shapes; weights are 1 for structures, 0 for filling.

    Args:
        structures: List of `StructureArrays`; all or none have forces.
        energies: float `(B,)`, what is learnt of each.
        cutoff: Distance up to which atoms see each other.

    Example:

    ```python
    from kerazoo.data.graphs.ethanol import ethanol

    structures = ethanol(num_frames=4).structures
    batches = StructureBatches(structures, np.zeros(4), cutoff=5.0)
    inputs, targets, weights = next(iter(batches.take(batch_size=2)))
    ```
    """

    def __init__(
        self,
        structures: Sequence[StructureArrays],
        energies: np.ndarray,
        cutoff: float,
    ):
        self._count = len(structures)
        pairs = [near_pairs(structure.positions, cutoff) for structure in structures]
        self.num_atoms = np.array([len(s.atomic_numbers) for s in structures], np.int32)
        self.num_pairs = np.array([len(source) for source, _ in pairs], np.int32)

        def join(values, dtype):
            return tf.constant(np.concatenate(list(values)).astype(dtype))

        with tf.device("CPU"):
            self._energies = tf.constant(energies, tf.float32)
            self._atoms = {
                "atomic_numbers": join((s.atomic_numbers for s in structures), "int32"),
                "positions": join((s.positions for s in structures), "float32"),
            }
            forces = [s.forces for s in structures if s.forces is not None]
            if forces:
                self._atoms["forces"] = join(forces, "float32")
            self._pairs = {
                "source": join((source for source, _ in pairs), "int32"),
                "target": join((target for _, target in pairs), "int32"),
            }

    def take(
        self,
        batch_size: int,
        seed: int | None = None,
        num_steps: int | None = None,
        start_step: int = 0,
        num_shards: int = 1,
        shard_index: int = 0,
    ) -> tf.data.Dataset:
        """Returns the batches, in the order of `graph_batches`.

        Args:
            batch_size: Structures of a batch.
            seed: Seed of the order, without end; None for one pass in order.
            num_steps: Batches that will be drawn over all shards, for the least shapes;
                None for any.
            start_step: Batches to leave out.
            num_shards: Readers that share the batches, such as workers.
            shard_index: This reader's number among them.
        """
        sizes = {"atoms": self.num_atoms}, {"pairs": self.num_pairs}
        padded = size_constraints(sizes, batch_size, seed, num_steps)
        num_atoms = padded.total_num_nodes["atoms"]
        num_pairs = padded.total_num_edges["pairs"]

        def batch(ids):
            atoms, pairs = (
                _rows(sizes, ids) for sizes in (self.num_atoms, self.num_pairs)
            )
            counts = tf.gather(self.num_atoms, ids)
            starts = tf.cumsum(counts, exclusive=True)
            found = {k: tf.gather(v, atoms) for k, v in self._atoms.items()}
            found["graph_ids"] = tf.repeat(tf.range(tf.size(ids)), counts)
            found = {k: _fill(v, num_atoms) for k, v in found.items()}
            moves = tf.repeat(starts, tf.gather(self.num_pairs, ids))
            for name, ends in self._pairs.items():
                ends = tf.gather(ends, pairs) + moves
                found[name] = _fill(ends, num_pairs, num_atoms - 1)
            is_atom = tf.range(num_atoms) < tf.size(atoms)
            found["graph_ids"] = tf.where(is_atom, found["graph_ids"], batch_size)
            targets = {"energy": _fill(tf.gather(self._energies, ids), batch_size + 1)}
            if "forces" in found:
                targets["forces"] = found.pop("forces")
            weights = _fill(tf.ones(tf.shape(ids)), batch_size + 1)
            return found, targets, weights

        order = example_order(
            self._count, batch_size, seed, start_step, num_shards, shard_index
        )
        return order.map(
            batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        ).prefetch(tf.data.AUTOTUNE)


def _rows(sizes, ids):
    """Returns the rows of some structures in what all are joined in."""
    first = tf.gather((np.cumsum(sizes) - sizes).astype(np.int32), ids)
    return tf.ragged.range(first, first + tf.gather(sizes, ids)).values


def _fill(values, size, by=0):
    """Returns `(size, ...)`: the values, and after them the filling."""
    missing = size - tf.shape(values)[0]
    ends = [[0, missing], *[[0, 0]] * (values.shape.rank - 1)]
    values = tf.pad(values, ends, constant_values=tf.cast(by, values.dtype))
    return tf.ensure_shape(values, (size, *values.shape[1:]))
