"""Ethanol in a heat bath: structures with energies and forces that need no download."""

import itertools

import numpy as np
from scipy.sparse import csgraph

from kerazoo.data.graphs.force_field import ForceField
from kerazoo.data.graphs.langevin import langevin
from kerazoo.data.graphs.structure import Structure
from kerazoo.data.graphs.structure_dataset import StructureDataset

_STEPS = 400  # Of 1 fs; after 50 fs an atom has forgotten how it moved.
_ELEMENTS = np.array([6, 6, 8, 1, 1, 1, 1, 1, 1], np.int32)
_MASSES = {1: 1.008, 6: 12.011, 8: 15.999}
_TYPES = ("CT", "CT", "OH", "HC", "HC", "HC", "HC", "HC", "HO")
_POSITIONS = np.array(
    [
        (0.007, -0.569, 0.000),
        (-1.285, 0.250, 0.000),
        (1.130, 0.315, 0.000),
        (0.039, -1.197, 0.890),
        (0.039, -1.197, -0.890),
        (-1.318, 0.878, 0.890),
        (-1.318, 0.878, -0.890),
        (-2.142, -0.424, 0.000),
        (1.986, -0.137, 0.000),
    ]
)
_BONDED = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 5), (1, 6), (1, 7), (2, 8))
# kcal/mol and Å: strength and length of bonds; strength and degrees of angles; depth
# and size of atoms.
_BONDS = {
    ("CT", "CT"): (268.0, 1.529),
    ("CT", "HC"): (340.0, 1.090),
    ("CT", "OH"): (320.0, 1.410),
    ("HO", "OH"): (553.0, 0.945),
}
_ANGLES = {
    ("HC", "CT", "HC"): (33.0, 107.8),
    ("CT", "CT", "HC"): (37.5, 110.7),
    ("CT", "CT", "OH"): (50.0, 109.5),
    ("HC", "CT", "OH"): (35.0, 109.5),
    ("CT", "OH", "HO"): (55.0, 108.5),
}
_ATOMS = {
    "CT": (0.066, 3.50),
    "HC": (0.030, 2.50),
    "OH": (0.170, 3.12),
    "HO": (0.000, 1.00),
}


def ethanol(num_frames: int = 1_250, seed: int = 0) -> StructureDataset:
    """Returns ethanol as it moves at 300 K, with the energies and forces of a formula.

    Bonds, angles and Lennard-Jones with the constants of OPLS-AA
    ([Jorgensen et al., 1996](https://doi.org/10.1021/ja9621760)), without its charges
    and torsions. Each frame is of a copy of its own, so that none is like another for
    being near to it in time.

    Args:
        num_frames: Number of structures.
        seed: Equal seeds give equal structures.

    Returns:
        `StructureDataset` of energies and forces, in kcal/mol and Å.

    Example:

    ```python
    ethanol(num_frames=10).structures[0].num_atoms  # 9
    ```
    """
    field = ethanol_force_field()
    masses = np.array([_MASSES[n] for n in _ELEMENTS.tolist()])
    found = langevin(field, _POSITIONS, masses, num_frames, _STEPS, seed=seed)
    # As they are kept: what is known is of these very positions.
    found = found.astype(np.float32)
    energies, forces = field(found.astype(np.float64))
    structures = [
        Structure(_ELEMENTS, positions, float(energy), pulls)
        for positions, energy, pulls in zip(
            found, energies, forces.astype(np.float32), strict=True
        )
    ]
    return StructureDataset("ethanol", structures)


def ethanol_force_field() -> ForceField:
    """Returns the formula of `ethanol`, for positions of its nine atoms.

    Example:

    ```python
    energies, forces = ethanol_force_field()(np.random.rand(4, 9, 3))  # (4,), (4, 9, 3)
    ```
    """
    bonds = np.array(_BONDED)
    graph = np.zeros((len(_TYPES), len(_TYPES)))
    graph[tuple(bonds.T)] = 1
    apart = csgraph.shortest_path(graph, directed=False, unweighted=True)
    angles = np.array(
        [
            (i, j, k)
            for j, row in enumerate(apart)
            for i, k in itertools.combinations(np.flatnonzero(row == 1), 2)
        ]
    )
    pairs = np.array([(i, j) for i in range(9) for j in range(i) if apart[i, j] > 2])
    return ForceField(
        len(_TYPES),
        (bonds, np.array([_BONDS[_types(i, j)] for i, j in bonds])),
        (angles, np.array([_angle(*angle) for angle in angles])),
        (pairs, np.array([_pair(i, j, apart[i, j]) for i, j in pairs])),
    )


def _types(i, j):
    return tuple(sorted((_TYPES[i], _TYPES[j])))


def _angle(i, j, k):
    first, last = _TYPES[i], _TYPES[k]
    known = _ANGLES.get((first, _TYPES[j], last)) or _ANGLES[last, _TYPES[j], first]
    return known[0], np.radians(known[1])


def _pair(i, j, apart):
    (depth, size), (other_depth, other_size) = _ATOMS[_TYPES[i]], _ATOMS[_TYPES[j]]
    share = 0.5 if apart == 3 else 1.0  # Three bonds apart, half of it.
    return share * np.sqrt(depth * other_depth), np.sqrt(size * other_size)
