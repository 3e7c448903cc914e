"""Atoms in space, with what is known of each structure."""

import dataclasses

import numpy as np

from kerazoo.data.graphs.elements import SYMBOLS
from kerazoo.data.graphs.structure import Structure

ENERGY, VALUE = "energy", "value"


@dataclasses.dataclass(eq=False)
class StructureDataset:
    """Structures to learn energies and forces of, or another value.

    Args:
        name: str.
        structures: list of `Structure`, each with its value; all or none have forces.
        quantity: `"energy"`, whose negative gradient is the forces, or `"value"`.
        target: What the files call it.
        from_smiles: Whether positions were made of SMILES.
        smiles_column: Column of a table that holds them, or None.

    Example:

    ```python
    from kerazoo.data.graphs.ethanol import ethanol

    ethanol(num_frames=10).structures[0].formula  # "C2H6O"
    ```
    """

    name: str
    structures: list[Structure]
    quantity: str = ENERGY
    target: str = ENERGY
    from_smiles: bool = False
    smiles_column: str | None = None

    @property
    def has_forces(self) -> bool:
        return bool(self.structures) and self.structures[0].forces is not None

    @property
    def elements(self) -> list[int]:
        """Atomic numbers of the elements that occur, in ascending order."""
        found = np.unique(np.concatenate([s.atomic_numbers for s in self.structures]))
        return [int(number) for number in found]

    @property
    def values(self) -> np.ndarray:
        """float64 `(B,)`. What is known of each structure."""
        return np.array([structure.value for structure in self.structures], np.float64)

    @property
    def element_counts(self) -> np.ndarray:
        """int `(B, 119)`. Atoms of each element, by atomic number."""
        size = len(SYMBOLS) + 1
        return np.stack(
            [np.bincount(s.atomic_numbers, minlength=size) for s in self.structures]
        )

    def forces(self, indices: np.ndarray) -> np.ndarray | None:
        """Returns the forces `(N, 3)` on the atoms of some structures, or None."""
        if not self.has_forces:
            return None
        return np.concatenate([self.structures[i].forces for i in indices])

    def describe(self) -> str:
        """Returns what stands for the dataset among the settings of a run."""
        return self.name

    def validate(self) -> None:
        """Checks every structure, and that all have the same known of them.

        Raises:
            ValueError: If there are none, one is not valid, has no value, or some have
                forces and others not.
        """
        if not self.structures:
            raise ValueError(f"{self.name}: expected structures. Received: none")
        for i, structure in enumerate(self.structures):
            place = f"{self.name}, structure {i + 1}"
            structure.validate(place)
            if structure.value is None:
                raise ValueError(
                    f"{place}: expected its {self.quantity}. Received: none"
                )
            if (structure.forces is not None) != self.has_forces:
                has = "forces" if self.has_forces else "no forces"
                raise ValueError(
                    f"{place}: expected {has}, as the first structure has. "
                    f"Received: {'none' if self.has_forces else 'forces'}"
                )
