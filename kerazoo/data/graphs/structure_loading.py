"""Atoms in space by name: built in, of files, or made of SMILES.

Importing this imports no reader: what is wrong with a name can be said at once.
"""

import difflib
import itertools
import logging
import os
import pathlib
import typing

from kerazoo.data.graphs.loading import are_molecules

if typing.TYPE_CHECKING:
    from kerazoo.data.graphs.structure import Structure
    from kerazoo.data.graphs.structure_dataset import StructureDataset

BUILT_IN = "ethanol"
XYZ_FILES = (".xyz", ".extxyz")
SDF_FILES = (".sdf", ".mol")
_logger = logging.getLogger(__name__)


def load_structures(
    name: str = BUILT_IN,
    data_dir: str | os.PathLike | None = None,
    target_column: str | None = None,
    smiles_column: str = "smiles",
    seed: int = 0,
) -> "StructureDataset":
    """Returns structures and what is known of each.

    Args:
        name: `"ethanol"`, made here; or a file in `data_dir`: extended XYZ, `.xyz` or
            `.extxyz`; SDF, `.sdf`; or a table of SMILES, such as `esol.csv`, whose
            molecules get positions by RDKit's ETKDG.
        data_dir: Folder of the file. Default: the current one.
        target_column: Key of a frame, property of an SDF or column of a table to be
            predicted. Default: the energy, else as
            `kerazoo.data.graphs.molecule_table.find_molecules` finds it. Forces are
            taken with energies alone.
        smiles_column: Column of a table.
        seed: Of the positions that are made.

    Raises:
        ModuleNotFoundError: If RDKit is missing, for SDF and SMILES.
        OSError: If the file is missing.
        ValueError: If it is not as it should be.

    Example:

    ```python
    import pathlib

    frame = "2\\nenergy=-31.7 Properties=species:S:1:pos:R:3\\nH 0 0 0\\nH 0 0 0.74\\n"
    pathlib.Path("h2.xyz").write_text(frame)
    load_structures("h2.xyz").structures[0].formula  # "H2"
    ```
    """
    check_structures(name, data_dir)
    if name == BUILT_IN:
        from kerazoo.data.graphs.ethanol import ethanol

        return ethanol()
    path = pathlib.Path(data_dir or "", name)
    if are_molecules(name):
        dataset = _of_smiles(path, target_column, smiles_column, seed)
    elif path.suffix.lower() in SDF_FILES:
        dataset = _of_sdf(path, target_column)
    else:
        dataset = _of_xyz(path, target_column)
    dataset.validate()
    return dataset


def check_structures(name: str, data_dir: str | os.PathLike | None = None) -> None:
    """Refuses what `load_structures` cannot find, without reading anything.

    Raises:
        OSError: If the file is missing.
        ValueError: If it is neither built in nor a file of a kind that is read.
    """
    if name == BUILT_IN:
        return
    if not is_structure_file(name) and not are_molecules(name):
        near = difflib.get_close_matches(name.lower(), [BUILT_IN], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"`dataset` must be {BUILT_IN}, or a file of structures in `data_dir` that "
            f"ends in {', '.join((*XYZ_FILES, '.sdf'))}, or a table of SMILES.{hint} "
            f"Received: dataset={name}"
        )
    path = pathlib.Path(data_dir or "", name)
    if not path.is_file():
        there = "a folder" if path.is_dir() else "none"
        raise FileNotFoundError(
            f"Expected a file {path}, which `dataset` names in `data_dir`. "
            f"Received: {there}"
        )


def is_structure_file(name: str | os.PathLike) -> bool:
    """Returns whether a name is that of a file of atoms with positions."""
    return pathlib.PurePath(name).suffix.lower() in (*XYZ_FILES, *SDF_FILES)


def read_structures(
    path: str | os.PathLike, target_column: str | None = None
) -> list["Structure"]:
    """Reads structures of which nothing but the atoms need be known.

    Args:
        path: A file of atoms with positions.
        target_column: See `load_structures`; what has none has a `value` of None.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is not as it should be.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() in SDF_FILES:
        from kerazoo.data.graphs.sdf_file import read_sdf

        found = read_sdf(path, target_column, needs_target=False)
        return [structure for structure, _ in found]
    from kerazoo.data.graphs.extended_xyz import read_extended_xyz

    frames = read_extended_xyz(path, target_column, needs_target=False)
    return [frame.structure for frame in frames]


def check_first_structures(
    path: str | os.PathLike, target_column: str | None, count: int = 20
) -> None:
    """Refuses a file whose first structures are not as they should be.

    Args:
        path: A file of atoms with positions.
        target_column: See `load_structures`.
        count: How many are looked at.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If one is not as it should be.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() in SDF_FILES:
        from kerazoo.data.graphs.sdf_file import read_sdf

        found: typing.Iterator = read_sdf(path, target_column)
    else:
        from kerazoo.data.graphs.extended_xyz import read_extended_xyz

        found = read_extended_xyz(path, target_column)
    list(itertools.islice(found, count))


def is_energy(name: str | None) -> bool:
    """Returns whether what is called so is an energy, as far as the name tells.

    Example:

    ```python
    is_energy("dft_energy"), is_energy("gap")  # (True, False)
    ```
    """
    from kerazoo.data.graphs.extended_xyz import ENERGY_NAMES

    return name is None or "energy" in name.lower() or name.lower() in ENERGY_NAMES


def _of_xyz(path, target_column):
    from kerazoo.data.graphs.extended_xyz import read_extended_xyz
    from kerazoo.data.graphs.structure_dataset import StructureDataset

    frames = read_extended_xyz(path, target_column)
    structures = [frame.structure for frame in frames]
    quantity = _quantity(target_column, structures)
    return StructureDataset(path.stem, structures, quantity, target_column or "energy")


def _of_sdf(path, target_column):
    from kerazoo.data.graphs.sdf_file import read_sdf
    from kerazoo.data.graphs.structure_dataset import StructureDataset

    structures, names = zip(*read_sdf(path, target_column))
    _logger.info("%s: the target is property %s.", path.name, names[0])
    quantity = _quantity(names[0], structures)
    return StructureDataset(path.stem, list(structures), quantity, names[0])


def _of_smiles(path, target_column, smiles_column, seed):
    from kerazoo.data.graphs.conformers import make_conformer
    from kerazoo.data.graphs.molecule_table import read_molecule_table
    from kerazoo.data.graphs.structure_dataset import StructureDataset
    from kerazoo.progress import track

    table = read_molecule_table(path, smiles_column, target_column)
    if not table.is_obvious:
        _logger.info(table.describe())
    structures = []
    rows = enumerate(zip(table.smiles, table.targets or []))
    for i, (smiles, target) in track(
        rows, "Conformers", total=len(table.smiles), unit="molecules"
    ):
        try:
            structure = make_conformer(smiles, seed)
            structure.value = _number(target, table.target_column)
        except ValueError as error:
            raise ValueError(f"{table.place(i)}: {error}") from error
        structures.append(structure)
    return StructureDataset(
        path.stem,
        structures,
        _quantity(table.target_column, structures),
        table.target_column,
        from_smiles=True,
        smiles_column=table.smiles_column,
    )


def _number(text, column):
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"expected a number in column {column!r}. Received: {text!r}"
        ) from None


def _quantity(target, structures):
    """Returns what the target is; forces that are not of it are taken away."""
    if is_energy(target):
        return "energy"
    if any(structure.forces is not None for structure in structures):
        _logger.info("Forces are left out: they are not of %s.", target)
        for structure in structures:
            structure.forces = None
    return "value"
