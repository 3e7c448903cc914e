"""Molecules to be asked about: lines of SMILES, or a column of a table."""

import os

from kerazoo.data.graphs.column_names import normalized
from kerazoo.data.graphs.molecule_table import SMILES_NAMES
from kerazoo.data.graphs.molecule_table import TARGET_NAMES
from kerazoo.data.graphs.smiles import is_smiles
from kerazoo.prediction.columns import Column
from kerazoo.prediction.columns import take_header
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row
from kerazoo.prediction.table_file import is_table
from kerazoo.prediction.table_file import read_lines
from kerazoo.prediction.table_file import read_table

_LOOKED_AT = 20  # Cells that tell whether a column holds molecules.


def read_molecules(
    path: str | os.PathLike,
    smiles_column: str | None = None,
    target_column: str | None = None,
    labelled: bool = False,
    trained: tuple[str | None, str | None] = (None, None),
) -> Inputs:
    """Reads molecules; items are SMILES.

    Args:
        path: A `.csv` or `.tsv` file; any other has a SMILES per line, and perhaps a
            name after a space; `"-"` for lines of standard input.
        smiles_column: Column of a table, its name or its number from 1. Default: that
            of the training's name, or a usual one such as `smiles`, or the only one
            that holds SMILES.
        target_column: The same of what is right.
        labelled: Whether what is right is read too, as the labels of the rows.
        trained: Names of the columns of molecules and of targets in training.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        OSError: If the file cannot be read.
        ValueError: If it has no molecules, or a column cannot be told.

    Example:

    ```python
    with open("own.csv", "w") as file:
        file.write("mol,name\\nCCO,ethanol\\n,nothing\\n")
    rows = read_molecules("own.csv").rows
    rows[0].item, rows[1].problem  # ("CCO", "no SMILES")
    ```
    """
    if not is_table(path):
        if labelled or smiles_column is not None:
            raise ValueError(
                f"Columns are those of .csv and .tsv files. Received: file={path}"
            )
        table, found, columns = read_lines(path), [0], ["smiles"]
        if normalized(table.rows[0][1][0]) in SMILES_NAMES:
            del table.rows[0]
    else:
        table = read_table(path)
        smiles, target = ((normalized(name),) if name else () for name in trained)
        wanted = [Column("smiles_column", smiles_column, (*smiles, *SMILES_NAMES))]
        if labelled:
            names = (*target, *TARGET_NAMES)
            wanted.append(Column("target_column", target_column, names))
        found, columns = _take_header(table, wanted)
    rows = [_row(line, cells, *found) for line, cells in table.rows]
    return Inputs(columns, rows, len(rows), "molecules")


def _take_header(table, wanted):
    """Takes the header off; finds molecules by what they are, if not by their name."""
    first, *below = [cells for _, cells in table.rows[: _LOOKED_AT + 1]]
    column = wanted[0]
    names = [normalized(cell) for cell in first]
    if column.given is None and not any(name in names for name in column.names):
        holds = [i for i, cell in enumerate(first) if _are_smiles(below or [first], i)]
        if len(holds) == 1:
            (i,) = holds
            wanted[0] = Column(column.argument, str(i + 1), column.names)
            return take_header(table, wanted, not is_smiles(first[i].strip()))
    return take_header(table, wanted)


def _are_smiles(rows, column):
    cells = [row[column].strip() for row in rows]
    return any(cells) and all(is_smiles(cell) for cell in cells if cell)


def _row(line, cells, column, target_column=None):
    smiles = cells[column].strip().partition(" ")[0].partition("\t")[0]
    row = Row(f"line {line}", cells)
    if target_column is not None:
        row.label = cells[target_column].strip()
    if smiles:
        row.item = smiles
    else:
        row.problem = "no SMILES"
    return row
