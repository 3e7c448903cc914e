"""Which columns of a file are molecules and what is to be predicted of them."""

import dataclasses
import os
import pathlib
import typing

from kerazoo.data import csv_columns
from kerazoo.data.decimal_commas import with_decimal_points
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_columns
from kerazoo.data.graphs.column_names import normalized
from kerazoo.data.graphs.structure_cells import are_structures
from kerazoo.data.graphs.structure_cells import is_structure
from kerazoo.data.table_file import Table
from kerazoo.data.table_file import read_table

SMILES_NAMES = (
    *("smiles", "canonical_smiles", "isomeric_smiles", "smile"),
    *("mol", "molecule", "structure", "compound"),
    *("reaction_smiles", "rxn_smiles", "reaction", "rxn"),
)
TARGET_NAMES = ("target", "label", "y", "activity", "class", "value")


@dataclasses.dataclass(frozen=True)
class MoleculeTable:
    """Molecules or reactions, and targets, as text.

    Args:
        path: Path of the file.
        smiles: SMILES of each row; of several columns, a tuple of them.
        targets: What is to be predicted of each, None where that was not asked for; of
            several columns, a tuple.
        smiles_column, target_column: Names of the columns, with a comma between
            several; in a file without a header, their numbers, from 1.
        header: Names of all columns; None in a file without a header.
        numbers: Number of each molecule's row in the file, as spreadsheets count.
        is_obvious: Whether the columns are the only ones, with a header that calls the
            first `smiles`.
    """

    path: pathlib.Path
    smiles: list[typing.Any]
    targets: list[typing.Any] | None
    smiles_column: str
    target_column: str | None
    header: list[str] | None
    numbers: list[int]
    is_obvious: bool
    target_columns: tuple[str, ...] = ()

    def describe(self) -> str:
        """Says in one line which columns were taken."""
        header = "" if self.header else "no header; "
        said = f"{header}molecules are in column {self.smiles_column}"
        if self.target_column is not None:
            several = len(self.target_columns) > 1
            said += f", the target{'s are' if several else ' is'} {self.target_column}"
        return f"{self.path.name}: {said}."

    def place(self, index: int) -> str:
        """Returns the file and the row of a molecule, for errors."""
        return f"{self.path}, row {self.numbers[index]}"


def read_molecule_table(
    path: str | os.PathLike,
    smiles_column: str = "smiles",
    target_column: str | None = None,
    needs_target: bool = True,
    first_rows: int | None = None,
) -> MoleculeTable:
    """Reads SMILES and targets of a table, see `kerazoo.data.table_file.read_table`.

    Args:
        path: Path of the file.
        smiles_column, target_column, needs_target: See `find_molecules`.
        first_rows: Reads no more than these; None for all.

    Returns:
        `MoleculeTable`.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If it is no table, or the columns cannot be found.

    Example:

    ```python
    import pathlib

    pathlib.Path("own.csv").write_text("mol,logS\\nCCO,-0.7\\nCC,-1.4\\n")
    read_molecule_table("own.csv").smiles_column  # "mol"
    ```
    """
    table = read_table(path, first_rows=first_rows)
    return find_molecules(
        with_decimal_points(table, says=first_rows is None),
        smiles_column,
        target_column,
        needs_target,
    )


def find_molecules(
    table: Table,
    smiles_column: str = "smiles",
    target_column: str | None = None,
    needs_target: bool = True,
    trained: tuple[str | None, str | None] = (None, None),
) -> MoleculeTable:
    """Finds the header of a table, its molecules and what is to be predicted of them.

    A first row that holds a molecule itself is no header.

    Args:
        table: The table.
        smiles_column: Column of the molecules or reactions, by its name or its number
            from 1. Where none is called `smiles`, the default is a column of a name
            such as `mol`, else the only one whose first cells are SMILES. Several have
            a comma between them: each row then is of that many molecules.
        target_column: Column to predict, or several with a comma between them; None for
            the only other one, or the only one of a name such as `target`, `label`,
            `activity`.
        needs_target: Whether it is a mistake that no column to predict can be found.
        trained: Names of both columns in another table, which are tried before usual
            ones.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the columns cannot be found.

    Example:

    ```python
    import pathlib

    from kerazoo.data.table_file import read_table

    pathlib.Path("own.smi").write_text("CCO ethanol\\nCC ethane\\n")
    find_molecules(read_table("own.smi"), needs_target=False).smiles  # ["CCO", "CC"]
    ```
    """
    path, first = table.path, table.rows[0]
    if first[0].isdecimal() and not any(first[1:]):  # That of a collection of graphs.
        raise ValueError(
            f"{path}: expected molecules, and it looks like a collection of graphs: "
            f"name it without its ending. Received: `dataset`={path.name}, "
            f"first row={first[0]}"
        )
    names = [
        [normalized(part) for part in (name or "").split(",") if part]
        for name in trained
    ]
    smiles_names = (*names[0], *SMILES_NAMES)
    has_header = _has_header(table, (*smiles_names, *names[1], *TARGET_NAMES))
    header = first if has_header else [str(i + 1) for i in range(table.width)]
    table = table.below(has_header)
    if not table.rows:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: rows={[header]}"
        )
    named = csv_columns.name_columns(table, header)
    columns = csv_columns.drop_counts(path, named.cells)
    smiles = _find_smiles(path, columns, smiles_column, smiles_names)
    others = [column for column in columns if column not in smiles]
    if target_column is None and (known := known_columns(others, names[1])):
        several = needs_target and len(names[1]) > 1
        target_column = trained[1] if several else known[0]
    targets = _find_targets(path, columns, others, target_column, needs_target)
    return MoleculeTable(
        path,
        _rows_of(columns, smiles),
        _rows_of(columns, targets) if targets else None,
        ",".join(smiles),
        ",".join(targets) or None,
        header if has_header else None,
        named.numbers,
        is_obvious=has_header and smiles == ["smiles"] and len(columns) <= 2,
        target_columns=tuple(targets),
    )


def _has_header(table, names):
    first, below = table.rows[0], table.rows[1:]
    if any(normalized(cell) in names for cell in first if not cell.isdecimal()):
        return True
    # Words such as "NO" are molecules, too: the column must hold them below.
    held = [i for i, cell in enumerate(first) if is_structure(cell)]
    if held and not below:
        return False
    return not any(are_structures([row[i] for row in below]) for i in held)


def _rows_of(columns, names):
    """Returns the cells of one column, or tuples of those of several."""
    if len(names) == 1:
        return columns[names[0]]
    return list(zip(*(columns[name] for name in names)))


def _find_smiles(path, columns, name, names):
    """Returns the names of the columns of molecules or reactions."""
    if name != "smiles":
        return named_columns(path, list(columns), name, "smiles_column")
    known = known_columns(columns, names)
    for column in known:
        if are_structures(columns[column], share=0.5):
            return [column]
    found = [column for column, cells in columns.items() if are_structures(cells)]
    if known and found:
        raise ValueError(
            f"{path}: column {known[0]!r} holds no SMILES, but {found[0]!r} does: name "
            f"it by `smiles_column`. Received: {known[0]}={columns[known[0]][0]!r}"
        )
    if len(found) == 1 or known:
        return (known or found)[:1]
    said = "several hold SMILES" if found else "none holds SMILES"
    raise ValueError(
        f"{path}: expected a column smiles, or one whose values are SMILES, and "
        f"{said}: name it by `smiles_column`. "
        f"Received: columns={found or list(columns)}, "
        f"first row={[cells[0] for cells in columns.values()]}"
    )


def _find_targets(path, columns, others, name, is_needed):
    """Returns the names of the columns to predict, none where they cannot be told."""
    if name is not None:
        return named_columns(path, list(columns), name, "target_column")
    known = known_columns(others, TARGET_NAMES)
    if len(others) == 1:
        return others
    if len(known) == 1:
        return known
    if not is_needed:
        return []
    if not others:
        raise ValueError(
            f"{path}: expected a column beside {next(iter(columns))!r}, of what is to "
            f"be predicted. Received: columns={list(columns)}"
        )
    raise ValueError(
        f"{path}: several columns may be what is to be predicted: name one by "
        f"`target_column`. Received: columns={known or others}"
    )
