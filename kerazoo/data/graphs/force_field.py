"""Energies and forces of a molecule in closed form."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class ForceField:
    r"""Harmonic bonds and angles, and Lennard-Jones between the other atoms.

    \(E = \sum k (r - r_0)^2 + \sum k (\theta - \theta_0)^2
    + \sum 4 \epsilon \big((\sigma / r)^{12} - (\sigma / r)^6\big)\).

    Args:
        num_atoms: A.
        bonds: int array `(P, 2)`, and the atoms' `(k, r0)` `(P, 2)`.
        angles: int array `(Q, 3)`, the atom in the middle second, and `(k, theta0)`
            `(Q, 2)`, in radians.
        pairs: int array `(R, 2)`, and `(epsilon, sigma)` `(R, 2)`.

    Example:

    ```python
    bonds = np.array([[0, 1]]), np.array([[300.0, 1.0]])
    none = np.zeros((0, 3), int), np.zeros((0, 2))
    field = ForceField(2, bonds, none, (np.zeros((0, 2), int), np.zeros((0, 2))))
    energy, forces = field(np.array([[[0, 0, 0], [0, 0, 1.1]]]))
    energy  # [3.0]
    ```
    """

    num_atoms: int
    bonds: tuple[np.ndarray, np.ndarray]
    angles: tuple[np.ndarray, np.ndarray]
    pairs: tuple[np.ndarray, np.ndarray]

    def __call__(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns energies `(W,)` and forces `(W, A, 3)` of positions `(W, A, 3)`."""
        # The copies last, for long runs of the same: (A, 3, W).
        positions = np.ascontiguousarray(np.moveaxis(positions, 0, -1))
        energy = np.zeros(positions.shape[-1])
        forces = np.zeros(positions.shape)
        for part in (self._bonds, self._angles, self._pairs):
            some, ends, pulls = part(positions)
            energy += some.sum(axis=0)
            for index, pull in zip(ends, pulls):
                forces += np.tensordot(self._onto(index), pull, 1)
        return energy, np.ascontiguousarray(np.moveaxis(forces, -1, 0))

    def _bonds(self, positions):
        ends = self.bonds[0].T
        strength, rest = _rows(self.bonds[1])
        along, length = _unit(positions[ends[1]] - positions[ends[0]])
        stretch = length - rest
        pull = (2 * strength * stretch)[:, None] * along
        return strength * stretch**2, ends, (pull, -pull)

    def _angles(self, positions):
        ends = self.angles[0].T
        strength, rest = _rows(self.angles[1])
        first, middle, last = (positions[index] for index in ends)
        u, left = _unit(first - middle)
        v, right = _unit(last - middle)
        cosine = np.clip((u * v).sum(axis=1), -1, 1)
        bend = np.arccos(cosine) - rest
        sine = np.sqrt(np.maximum(1 - cosine**2, 1e-12))
        slope = -2 * strength * bend / sine
        of_first = (slope / left)[:, None] * (cosine[:, None] * u - v)
        of_last = (slope / right)[:, None] * (cosine[:, None] * v - u)
        pulls = of_first, -of_first - of_last, of_last
        return strength * bend**2, ends, pulls

    def _pairs(self, positions):
        ends = self.pairs[0].T
        depth, size = _rows(self.pairs[1])
        along, length = _unit(positions[ends[1]] - positions[ends[0]])
        sixth = (size / length) ** 2
        sixth = sixth * sixth * sixth
        energy = 4 * depth * (sixth * sixth - sixth)
        slope = -24 * depth * (2 * sixth * sixth - sixth) / length
        pull = slope[:, None] * along
        return energy, ends, (pull, -pull)

    def _onto(self, index):
        """Returns the matrix `(A, P)` that sums over the atoms of an index."""
        return (np.arange(self.num_atoms)[:, None] == index).astype(float)


def _rows(constants):
    """Returns the constants `(P, 2)` of all terms as `(2, P, 1)`."""
    return constants.T[..., None]


def _unit(vectors):
    lengths = np.sqrt((vectors * vectors).sum(axis=1))
    return vectors / lengths[:, None], lengths
