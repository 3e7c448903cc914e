"""Which columns of a file are molecules and what is to be predicted of them."""

import dataclasses
import os
import pathlib

from kerazoo.data import csv_columns
from kerazoo.data.delimited_rows import read_rows
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column
from kerazoo.data.graphs.column_names import normalized
from kerazoo.data.graphs.smiles import is_smiles

SMILES_NAMES = (
    *("smiles", "canonical_smiles", "isomeric_smiles", "smile"),
    *("mol", "molecule", "structure", "compound"),
)
TARGET_NAMES = ("target", "label", "y", "activity", "class", "value")
_LOOKED_AT = 20  # Cells that tell what a column holds.


@dataclasses.dataclass(frozen=True)
class MoleculeTable:
    """Molecules and targets as text.

    Args:
        path: Path of the file.
        smiles: SMILES of each molecule.
        targets: What is to be predicted of each, None where that was not asked for.
        smiles_column, target_column: Names of the columns; in a file without a header,
            their numbers, from 1.
        first_row: Number of the first molecule's row in the file.
        is_obvious: Whether the columns are the only ones, with a header that calls the
            first `smiles`.
    """

    path: pathlib.Path
    smiles: list[str]
    targets: list[str] | None
    smiles_column: str
    target_column: str | None
    first_row: int
    is_obvious: bool

    def describe(self) -> str:
        """Says in one line which columns were taken."""
        header = "" if self.first_row > 1 else "no header; "
        said = f"{header}molecules are in column {self.smiles_column}"
        if self.target_column is not None:
            said += f", the target is {self.target_column}"
        return f"{self.path.name}: {said}."


def read_molecule_table(
    path: str | os.PathLike,
    smiles_column: str = "smiles",
    target_column: str | None = None,
    needs_target: bool = True,
    first_rows: int | None = None,
) -> MoleculeTable:
    """Reads SMILES and targets of a table, see `kerazoo.data.delimited_rows.read_rows`.

    A first row that holds a molecule itself is no header.

    Args:
        path: Path of the file.
        smiles_column: Column of the molecules, by its name or its number from 1. Where
            none is called `smiles`, the default is a column of a name such as `mol`,
            else the only one whose first cells are SMILES.
        target_column: Column to predict; None for the only other one, or the only one
            of a name such as `target`, `label`, `activity`.
        needs_target: Whether it is a mistake that no column to predict can be found.
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
    path = pathlib.Path(path)
    rows = read_rows(path, first_rows)
    if not rows:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: an empty file"
        )
    if _is_count(rows[0]):
        raise ValueError(
            f"{path}: expected molecules, and it looks like a collection of graphs: "
            f"name it without its ending. Received: `dataset`={path.name}, "
            f"first row={rows[0][0]}"
        )
    header, first_row = _take_header(rows)
    if not rows:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: rows={[header]}"
        )
    columns = csv_columns.name_columns(path, header, rows, first_row)
    columns = csv_columns.drop_counts(path, columns)
    smiles = _find_smiles(path, columns, smiles_column)
    target = _find_target(path, columns, smiles, target_column, needs_target)
    return MoleculeTable(
        path,
        columns[smiles],
        None if target is None else columns[target],
        smiles,
        target,
        first_row,
        is_obvious=first_row > 1 and smiles == "smiles" and len(columns) <= 2,
    )


def _take_header(rows):
    """Takes the header off; returns it and the number of the row that follows."""
    names = {normalized(cell) for cell in rows[0]}
    if not names & {*SMILES_NAMES, *TARGET_NAMES} and any(map(is_smiles, rows[0])):
        # Words such as "NO" are molecules, too: the column must hold them below.
        below = [
            cells for first, cells in zip(rows[0], zip(*rows[1:])) if is_smiles(first)
        ]
        if len(rows) == 1 or any(_are_smiles(cells) for cells in below):
            return [str(i + 1) for i in range(len(rows[0]))], 1
    return rows.pop(0), csv_columns.FIRST_ROW


def _is_count(row):
    """Returns whether a first row is that of a collection of graphs: their number."""
    return len(row) == 1 and row[0].isdecimal()


def _are_smiles(cells, share=0.8):
    """Returns whether cells are SMILES, but for a few that may be mistaken."""
    looked_at = [cell for cell in cells if cell][:_LOOKED_AT]
    return bool(looked_at) and sum(map(is_smiles, looked_at)) >= share * len(looked_at)


def _find_smiles(path, columns, name):
    if name != "smiles":
        return named_column(path, list(columns), name, "smiles_column")
    known = known_columns(columns, SMILES_NAMES)
    for column in known:
        if _are_smiles(columns[column], share=0.5):
            return column
    found = [column for column, cells in columns.items() if _are_smiles(cells)]
    if known and found:
        raise ValueError(
            f"{path}: column {known[0]!r} holds no SMILES, but {found[0]!r} does: name "
            f"it by `smiles_column`. Received: {known[0]}={columns[known[0]][0]!r}"
        )
    if len(found) == 1 or known:
        return (known or found)[0]
    said = "several hold SMILES" if found else "none holds SMILES"
    raise ValueError(
        f"{path}: expected a column smiles, or one whose values are SMILES, and "
        f"{said}: name it by `smiles_column`. "
        f"Received: columns={found or list(columns)}, "
        f"first row={[cells[0] for cells in columns.values()]}"
    )


def _find_target(path, columns, smiles, name, is_needed):
    if name is not None:
        return named_column(path, list(columns), name, "target_column")
    others = [column for column in columns if column != smiles]
    known = known_columns(others, TARGET_NAMES)
    if len(others) == 1:
        return others[0]
    if len(known) == 1:
        return known[0]
    if not is_needed:
        return None
    if not others:
        raise ValueError(
            f"{path}: expected a column beside {smiles!r}, of what is to be predicted. "
            f"Received: columns={list(columns)}"
        )
    raise ValueError(
        f"{path}: several columns may be what is to be predicted: name one by "
        f"`target_column`. Received: columns={known or others}"
    )
