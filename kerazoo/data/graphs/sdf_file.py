"""Molecules in space of an SDF file, through RDKit."""

import os
import pathlib
from collections.abc import Iterator

import numpy as np

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column
from kerazoo.data.graphs.extended_xyz import ENERGY_NAMES
from kerazoo.data.graphs.molecule_table import TARGET_NAMES
from kerazoo.data.graphs.rdkit_import import needs_rdkit
from kerazoo.data.graphs.structure import Structure


def read_sdf(
    path: str | os.PathLike,
    target: str | None = None,
    needs_target: bool = True,
) -> Iterator[tuple[Structure, str | None]]:
    """Reads molecules with their positions, hydrogens as they stand in the file.

    Args:
        path: Name of the file.
        target: Property to be predicted, by its name or number from 1. Default: the
            only one, `energy`, or one of a name such as `target`.
        needs_target: Whether it is a mistake that a molecule has none.

    Yields:
        Pairs of a `Structure` and the name of the property, None where there is none.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If a molecule cannot be read, has no positions in space or no such
            property.
    """
    with needs_rdkit():
        from rdkit import Chem
        from rdkit import rdBase

    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    number = 0
    with rdBase.BlockLogs():
        supplier = Chem.SDMolSupplier(os.fspath(path), sanitize=False, removeHs=False)
        for number, molecule in enumerate(supplier, 1):
            place = f"{path}, molecule {number}"
            if molecule is None:
                raise ValueError(f"{place}: expected a molecule. Received: other text")
            name, value = _target(molecule, target, place, needs_target)
            numbers = [atom.GetAtomicNum() for atom in molecule.GetAtoms()]
            structure = Structure(
                np.array(numbers, np.int32), _positions(molecule, place), value
            )
            structure.validate(place)
            yield structure, name
    if not number:
        raise ValueError(f"{path}: expected molecules. Received: none")


def _positions(molecule, place):
    if not molecule.GetNumAtoms():
        return np.zeros((0, 3), np.float32)
    conformer = molecule.GetConformer() if molecule.GetNumConformers() else None
    positions = None if conformer is None else conformer.GetPositions()
    if conformer is None or not (conformer.Is3D() or positions[:, 2].any()):
        raise ValueError(
            f"{place}: expected positions in space. Received: a drawing in the plane; "
            "a table of SMILES gets positions made for it"
        )
    return positions.astype(np.float32)


def _target(molecule, target, place, is_needed):
    names = [name for name in molecule.GetPropNames() if not name.startswith("_")]
    if target is not None and (names or is_needed):
        name = named_column(pathlib.Path(place), names, target, "target_column")
    else:
        known = known_columns(names, ENERGY_NAMES)[:1]
        known = known or known_columns(names, TARGET_NAMES)
        known = known if len(known) == 1 else names
        name = known[0] if len(known) == 1 else None
    if name is None:
        if not is_needed:
            return None, None
        raise ValueError(
            f"{place}: expected a property to be predicted: name one by "
            f"`target_column`. Received: properties={names}"
        )
    text = molecule.GetProp(name)
    try:
        return name, float(text)
    except ValueError:
        if not is_needed:
            return name, None
        raise ValueError(
            f"{place}: expected a number as {name}. Received: {text[:40]!r}"
        ) from None
