"""Energies and forces of atoms in space."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kerazoo.data.graphs.ethanol import ethanol
from kerazoo.models.gnn.atom_pairs import near_pairs
from kerazoo.models.gnn.atom_pairs import padded_pairs
from kerazoo.models.gnn.config import PotentialConfig
from kerazoo.models.gnn.structure_batching import StructureBatches

CUTOFF = 2.6  # Some atoms of ethanol do not see each other.
ARCHITECTURES = ("painn", "schnet", "egnn")


@pytest.fixture(scope="module")
def structures():
    return ethanol(num_frames=5, seed=1).structures


@pytest.fixture(scope="module")
def models():
    """Untrained models by architecture; biases are random, too."""
    found = {}
    random = np.random.default_rng(0)
    for name in ARCHITECTURES:
        keras.utils.set_random_seed(0)
        config = PotentialConfig(name, 8, 2, CUTOFF, num_radial=6)
        found[name] = config.make([1, 6, 8])
        for weight in found[name].trainable_variables:
            if len(weight.shape) == 1:
                weight.assign(random.normal(size=weight.shape) * 0.3)
    return found


all_models = pytest.mark.parametrize("name", ARCHITECTURES)


def inputs_of(structure, positions=None, order=None):
    positions = structure.positions if positions is None else positions
    numbers = structure.atomic_numbers
    if order is not None:
        positions, numbers = positions[order], numbers[order]
    source, target = near_pairs(positions, CUTOFF)
    return {
        "atomic_numbers": tf.constant(numbers),
        "positions": tf.constant(positions, tf.float32),
        "source": tf.constant(source),
        "target": tf.constant(target),
    }


def energy_and_forces(model, inputs):
    energy, forces = model.energy_and_forces(inputs)
    return float(energy[0]), forces.numpy()


@all_models
@pytest.mark.parametrize("mirrored", [False, True])
def test_energies_stay_and_forces_turn_with_the_atoms(
    name, mirrored, models, structures
):
    turn = stats.ortho_group.rvs(3, random_state=2)
    turn = turn if (np.linalg.det(turn) < 0) == mirrored else -turn
    order = np.random.default_rng(4).permutation(9)
    energy, forces = energy_and_forces(models[name], inputs_of(structures[0]))
    moved = structures[0].positions @ turn.T + [4.0, -1.0, 2.0]
    inputs = inputs_of(structures[0], moved.astype("float32"), order)
    found, turned = energy_and_forces(models[name], inputs)
    assert np.abs(forces).max() > 0.01
    assert found == pytest.approx(energy, abs=1e-4)
    np.testing.assert_allclose(turned, (forces @ turn.T)[order], atol=1e-4)


@all_models
def test_forces_are_differences_of_energies(name, models, structures):
    model, positions = models[name], structures[0].positions
    _, forces = energy_and_forces(model, inputs_of(structures[0]))
    step = 4e-3
    random = np.random.default_rng(0)
    for _ in range(3):
        way = random.normal(size=positions.shape)
        ahead, back = (
            float(model(inputs_of(structures[0], positions + size * way))[0])
            for size in (step, -step)
        )
        expected = -(ahead - back) / (2 * step)
        found = (forces * way).sum()
        assert found == pytest.approx(expected, rel=1e-2, abs=2e-3)


@all_models
def test_energy_is_smooth_at_the_cutoff(name, models, structures):
    atom = np.array([8, 1], "int32")
    pair = np.array([[0, 1], [1, 0]], "int32")

    def found(distance):
        positions = np.array([[0, 0, 0], [0, 0, distance]], "float32")
        return energy_and_forces(
            models[name],
            {
                "atomic_numbers": atom,
                "positions": positions,
                "source": pair[0],
                "target": pair[1],
            },
        )

    inside, outside, far = (found(CUTOFF + x) for x in (-1e-3, 1e-3, 3.0))
    assert inside[0] == pytest.approx(outside[0], abs=1e-5)
    assert outside[0] == far[0]
    np.testing.assert_allclose(inside[1], 0, atol=2e-2)
    assert not outside[1].any()


def test_an_atom_alone_feels_no_force(models):
    none = np.zeros(0, "int32")
    position = np.ones((1, 3), "float32")
    inputs = {"atomic_numbers": [8], "positions": position}
    inputs = {**inputs, "source": none, "target": none}
    inputs = {name: tf.convert_to_tensor(value) for name, value in inputs.items()}
    energy, forces = energy_and_forces(models["painn"], inputs)
    assert np.isfinite(energy) and not forces.any()


def test_references_are_found_whatever_the_composition():
    random = np.random.default_rng(0)
    counts = np.zeros((30, 119), int)
    counts[:, [1, 6, 8]] = random.integers(1, 9, (30, 3))
    energies = counts[:, [1, 6, 8]] @ [-16.0, -1_035.0, -2_042.0]
    for pooling in ("sum", "mean"):
        model = PotentialConfig(hidden_size=4, pooling=pooling).make([1, 6, 8])
        values = energies if pooling == "sum" else energies / counts.sum(axis=1)
        model.set_statistics(counts, values + random.normal(0, 0.1, 30))
        found = model.references.numpy()
        np.testing.assert_allclose(found[[1, 6, 8]], [-16, -1_035, -2_042], rtol=0.02)
        assert not found[[0, 2, 7]].any()
        assert float(model.energy_deviation) == pytest.approx(0.1, rel=0.4)


def test_loss_is_that_of_energies_and_forces(models, structures):
    config = PotentialConfig("schnet", 8, 1, CUTOFF, 6, force_weight=0.75)
    model = config.make([1, 6, 8])
    energies = np.array([s.value for s in structures])
    forces = np.concatenate([s.forces for s in structures])
    counts = np.stack(
        [np.bincount(s.atomic_numbers, minlength=119) for s in structures]
    )
    model.set_statistics(counts, energies, forces)
    model.compile("adam")
    (batch,) = StructureBatches(structures, energies, CUTOFF).take(8)
    batch[0]["num_graphs"] = tf.size(batch[2])
    loss = float(model.test_step(batch)["loss"])
    found = [energy_and_forces(model, inputs_of(s)) for s in structures]
    error = np.array([energy for energy, _ in found]) - energies
    pulls = np.concatenate([pull for _, pull in found]) - forces
    expected = 0.25 * np.mean((error / energies.std()) ** 2)
    expected += 0.75 * np.mean((pulls / forces.std()) ** 2)
    assert loss == pytest.approx(expected, rel=1e-4)


def test_models_can_be_saved(models, structures, tmp_path):
    for name in ("schnet", "egnn"):  # The task's tests load PaiNN.
        model = models[name]
        model.save(tmp_path / f"{name}.keras")
        again = keras.models.load_model(tmp_path / f"{name}.keras")
        inputs = inputs_of(structures[0])
        np.testing.assert_array_equal(again(inputs), model(inputs))
        assert again.elements == [1, 6, 8]


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "gcn"},
        {"radial_basis": "wavelet"},
        {"envelope": "step"},
        {"pooling": "max"},
        {"force_weight": 1.5},
        {"hidden_size": 0},
    ],
)
def test_wrong_choices_are_refused(change):
    ((name, value),) = change.items()
    message = f"{name}={value}".replace("radial_basis", "basis")
    with pytest.raises(ValueError, match=message):
        PotentialConfig(**change).make([1])


def test_pairs_are_those_of_all_distances(structures):
    positions = np.stack([s.positions for s in structures])
    mask = np.ones((5, 9), bool)
    mask[1, 3:] = mask[3, 0] = False
    source, target, least = padded_pairs(
        tf.constant(positions), tf.constant(mask), CUTOFF
    )
    expected, start, nearest = set(), 0, np.inf
    for of_one, own in zip(mask, positions):
        own = own[of_one]
        apart = np.linalg.norm(own[:, None] - own, axis=-1)
        np.fill_diagonal(apart, np.inf)
        nearest = min(nearest, apart.min())
        expected |= {
            (start + i, start + j) for i, j in np.argwhere(apart <= CUTOFF).tolist()
        }
        ours = set(zip(*(ends.tolist() for ends in near_pairs(own, CUTOFF))))
        assert ours == {(i, j) for i, j in np.argwhere(apart <= CUTOFF).tolist()}
        start += len(own)
    assert set(zip(target.numpy().tolist(), source.numpy().tolist())) == expected
    assert len(source) == len(expected)
    assert float(least) == pytest.approx(nearest, rel=1e-5)
