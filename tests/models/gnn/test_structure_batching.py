"""Batches of structures: what is in them, and in which order."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest

from kerazoo.data.graphs.structure import Structure
from kerazoo.models.gnn.atom_pairs import near_pairs
from kerazoo.models.gnn.structure_batching import StructureBatches

CUTOFF = 1.5
SIZES = (3, 1, 5, 2, 4, 6, 2)


@pytest.fixture(scope="module")
def structures():
    random = np.random.default_rng(0)
    return [
        Structure(
            random.integers(1, 9, size).astype("int32"),
            random.normal(size=(size, 3)).astype("float32"),
            forces=random.normal(size=(size, 3)).astype("float32"),
        )
        for size in SIZES
    ]


@pytest.fixture(scope="module")
def batches(structures):
    return StructureBatches(structures, np.arange(len(SIZES)), CUTOFF)


def as_numpy(batch):
    inputs, targets, weights = batch
    numbers = {name: value.numpy() for name, value in {**inputs, **targets}.items()}
    return {**numbers, "weights": weights.numpy()}


def test_batches_hold_the_structures_one_after_the_other(structures, batches):
    found = [as_numpy(batch) for batch in batches.take(3)]
    assert len(found) == 3
    shapes = {tuple(value.shape for value in batch.values()) for batch in found}
    assert len(shapes) == 1
    for first, batch in zip((0, 3, 6), found):
        own = structures[first : first + 3]
        assert batch["weights"].tolist() == [1] * len(own) + [0] * (4 - len(own))
        for i, structure in enumerate(own):
            rows = batch["graph_ids"] == i
            for name in ("atomic_numbers", "positions", "forces"):
                np.testing.assert_array_equal(
                    batch[name][rows], getattr(structure, name)
                )
            assert batch["energy"][i] == first + i
            start = np.flatnonzero(rows)[0]
            own_pairs = rows[batch["target"]]
            source, target = near_pairs(structure.positions, CUTOFF)
            np.testing.assert_array_equal(batch["source"][own_pairs] - start, source)
            np.testing.assert_array_equal(batch["target"][own_pairs] - start, target)
        filling = batch["graph_ids"] == 3
        assert filling.any() and not batch["atomic_numbers"][filling].any()
        loose = filling[batch["target"]]
        np.testing.assert_array_equal(batch["source"][loose], batch["target"][loose])


def test_order_goes_on_where_it_stopped(batches):
    def energies(start_step, count):
        order = batches.take(2, seed=5, start_step=start_step)
        return [as_numpy(batch)["energy"].tolist() for batch in order.take(count)]

    assert energies(0, 9)[4:] == energies(4, 5)
    seen = {energy for batch in energies(0, 7) for energy in batch[:2]}
    assert seen == set(range(len(SIZES)))


def test_readers_share_the_batches(batches):
    def energies(**kwargs):
        return [
            as_numpy(batch)["energy"].tolist()
            for batch in batches.take(2, seed=5, **kwargs).take(3)
        ]

    whole = batches.take(2, seed=5).take(6)
    whole = [as_numpy(batch)["energy"].tolist() for batch in whole]
    assert energies(num_shards=2, shard_index=0) == whole[::2]
    assert energies(num_shards=2, shard_index=1) == whole[1::2]


def test_known_steps_have_the_least_shapes_that_hold_them(batches):
    found = [as_numpy(b) for b in batches.take(2, seed=1, num_steps=4).take(4)]
    filling = [(batch["graph_ids"] == 2).sum() for batch in found]
    assert min(filling) == 1
