"""A formula's energies and forces, and how they are sampled."""

import numpy as np
import pytest

from kerazoo.data.graphs.ethanol import ethanol
from kerazoo.data.graphs.ethanol import ethanol_force_field
from kerazoo.data.graphs.force_field import ForceField
from kerazoo.data.graphs.langevin import BOLTZMANN
from kerazoo.data.graphs.langevin import langevin

NO_PAIRS = np.zeros((0, 2), int), np.zeros((0, 2))
NO_ANGLES = np.zeros((0, 3), int), np.zeros((0, 2))


@pytest.fixture(scope="module")
def dataset():
    return ethanol(num_frames=40, seed=3)


def test_terms_are_those_of_the_formula():
    bond = np.array([[0, 1]]), np.array([[300.0, 1.0]])
    angle = np.array([[0, 1, 2]]), np.array([[40.0, np.pi / 2]])
    pair = np.array([[0, 2]]), np.array([[0.5, 2.0]])
    positions = np.array([[[0, 1.1, 0], [0, 0, 0], [3 * 0.6, 3 * 0.8, 0]]])
    field = ForceField(3, bond, NO_ANGLES, NO_PAIRS)
    assert field(positions)[0] == pytest.approx([300 * 0.1**2])
    field = ForceField(3, (NO_PAIRS[0], NO_PAIRS[1]), angle, NO_PAIRS)
    bend = np.arccos(0.8) - np.pi / 2
    assert field(positions)[0] == pytest.approx([40 * bend**2])
    field = ForceField(3, NO_PAIRS, NO_ANGLES, pair)
    share = (2 / np.hypot(1.8, 1.3)) ** 6
    assert field(positions)[0] == pytest.approx([4 * 0.5 * (share**2 - share)])


def test_forces_are_differences_of_energies(dataset):
    field = ethanol_force_field()
    found = dataset.structures[:3]
    positions = np.stack([s.positions for s in found]).astype(float)
    energies, forces = field(positions)
    assert [s.value for s in found] == pytest.approx(energies)
    step = 1e-5
    for atom in range(9):
        for axis in range(3):
            moved = np.zeros((9, 3))
            moved[atom, axis] = step
            slope = (field(positions + moved)[0] - field(positions - moved)[0]) / step
            np.testing.assert_allclose(
                forces[:, atom, axis], -slope / 2, rtol=1e-5, atol=1e-5
            )
    np.testing.assert_allclose(found[0].forces, forces[0], rtol=1e-5, atol=1e-4)


def test_nothing_pushes_or_turns_the_whole(dataset):
    for structure in dataset.structures[:5]:
        np.testing.assert_allclose(structure.forces.sum(axis=0), 0, atol=1e-4)
        turning = np.cross(structure.positions, structure.forces).sum(axis=0)
        np.testing.assert_allclose(turning, 0, atol=1e-3)


def test_equal_seeds_give_equal_structures(dataset):
    again, other = ethanol(40, seed=3), ethanol(40, seed=4)
    first = dataset.structures[7].positions
    np.testing.assert_array_equal(first, again.structures[7].positions)
    assert np.abs(first - other.structures[7].positions).max() > 0.01
    dataset.validate()
    assert dataset.has_forces and dataset.elements == [1, 6, 8]


def test_a_spring_has_the_energy_of_its_temperature():
    field = ForceField(
        2, (np.array([[0, 1]]), np.array([[100.0, 1.0]])), NO_ANGLES, NO_PAIRS
    )
    start, masses = np.array([[0.0, 0, 0], [1.0, 0, 0]]), np.array([1.0, 12.0])
    found = langevin(field, start, masses, 4_000, 300, temperature=300, seed=0)
    stretch = np.linalg.norm(found[:, 0] - found[:, 1], axis=1) - 1
    # Half of k_B T in the spring, whose energy here is k (r - r0)^2 without a half.
    assert np.var(stretch) == pytest.approx(BOLTZMANN * 300 / 200, rel=0.07)
