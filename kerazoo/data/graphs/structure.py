"""Atoms in space."""

import collections
import dataclasses

import numpy as np

from kerazoo.data.graphs.elements import SYMBOLS
from kerazoo.data.graphs.elements import symbol

LEAST_DISTANCE = 1e-3  # In the unit of the positions; nearer ones are one atom twice.


@dataclasses.dataclass(eq=False)
class Structure:
    """A molecule, a cluster or a frame of a trajectory.

    Args:
        atomic_numbers: int32 array `(A,)`.
        positions: float32 array `(A, 3)`, in ångström mostly.
        value: Its energy, or another number that is known of it; None for none.
        forces: float32 array `(A, 3)`, in the energy's unit by the positions', or None.

    Example:

    ```python
    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    Structure(np.array([1, 1], "int32"), positions, value=-31.7).formula  # "H2"
    ```
    """

    atomic_numbers: np.ndarray
    positions: np.ndarray
    value: float | None = None
    forces: np.ndarray | None = None

    @property
    def num_atoms(self) -> int:
        return len(self.atomic_numbers)

    @property
    def formula(self) -> str:
        """The formula by Hill's order: carbon, hydrogen, the others by the alphabet."""
        counts = collections.Counter(symbol(n) for n in self.atomic_numbers)
        first = [name for name in ("C", "H") if "C" in counts and name in counts]
        names = [*first, *sorted(counts.keys() - set(first))]
        return "".join(f"{n}{counts[n] if counts[n] > 1 else ''}" for n in names)

    def validate(self, place: str = "structure") -> None:
        """Checks shapes and numbers.

        Args:
            place: What errors call it.

        Raises:
            ValueError: If there are no atoms, shapes do not fit, an element is none, a
                number is not finite, or two atoms are at the same place.
        """
        count = self.num_atoms
        if not count:
            raise ValueError(f"{place}: expected at least one atom. Received: none")
        for name in ("positions", "forces"):
            values = getattr(self, name)
            if values is None:
                continue
            if values.shape != (count, 3):
                raise ValueError(
                    f"{place}: expected three {name} for each of {count} atoms. "
                    f"Received: {name}.shape={values.shape}"
                )
            _check_finite(place, name, values)
        if self.value is not None:
            _check_finite(place, "value", np.array([self.value]))
        numbers = self.atomic_numbers
        if not ((numbers >= 1) & (numbers <= len(SYMBOLS))).all():
            raise ValueError(
                f"{place}: expected atomic numbers from 1 to {len(SYMBOLS)}. "
                f"Received: {numbers.min()} to {numbers.max()}"
            )
        if (pair := _same_place(self.positions)) is not None:
            i, j = pair
            raise ValueError(
                f"{place}: expected atoms at different places. Received: atoms {i + 1} "
                f"and {j + 1} at {self.positions[i].tolist()}"
            )


def _check_finite(place, name, values):
    found = np.isfinite(values)
    if not found.all():
        where = np.argwhere(~found)[0]
        at = f" of atom {where[0] + 1}" if values.ndim > 1 else ""
        raise ValueError(
            f"{place}: expected finite numbers. "
            f"Received: {name}{at}={values[tuple(where)]}"
        )


def _same_place(positions):
    """Returns the first two atoms that are at the same place, or None."""
    from scipy import spatial

    pairs = spatial.cKDTree(positions).query_pairs(LEAST_DISTANCE)
    return min(pairs, default=None)
