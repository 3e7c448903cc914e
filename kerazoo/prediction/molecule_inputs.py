"""Molecules to be asked about: a list of SMILES, or a column of a table."""

import logging
import os

from kerazoo.data.decimal_commas import with_decimal_points
from kerazoo.data.graphs.molecule_table import find_molecules
from kerazoo.data.table_file import read_table
from kerazoo.data.text_file import is_utf8
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_logger = logging.getLogger(__name__)


def read_molecules(
    path: str | os.PathLike,
    smiles_column: str | None = None,
    target_column: str | None = None,
    labelled: bool = False,
    trained: tuple[str | None, str | None] = (None, None),
) -> Inputs:
    """Reads molecules or reactions; items are SMILES, of several columns tuples.

    Args:
        path: A table, or a list with a SMILES in each line, and perhaps a name after a
            space, as `kerazoo.data.table_file.read_table` reads them; `"-"` for lines
            of standard input.
        smiles_column: Column of the molecules, its name or its number from 1, or
            several with commas between them. Default: that of the training's name, else
            as in training, see `kerazoo.data.graphs.molecule_table.find_molecules`.
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
    table = read_table(path, errors="surrogateescape", keeps_blank=True)
    several = trained[0] if trained[0] and "," in trained[0] else None
    found = find_molecules(
        with_decimal_points(table),
        smiles_column or several or "smiles",
        target_column if labelled else None,
        needs_target=labelled,
        trained=trained,
    )
    if not found.is_obvious and table.width > 1:
        _logger.info("%s: molecules are in column %s.", path, found.smiles_column)
    below = table.below(found.header is not None)
    rows = [
        _row(line, cells, smiles)
        for line, cells, smiles in zip(below.lines, below.rows, found.smiles)
    ]
    if labelled:
        for row, target in zip(rows, found.targets or []):
            row.label = target
    numbers = found.smiles_column.split(",")
    columns = found.header or _default_names(table.width, int(numbers[0]))
    return Inputs(columns, rows, len(rows), "molecules")


def _default_names(width, smiles_column):
    names = [f"column_{i + 1}" for i in range(width)]
    names[smiles_column - 1] = "smiles"
    return names


def _row(line, cells, smiles):
    row = Row(f"line {line}", cells)
    if not (smiles if isinstance(smiles, str) else any(smiles)):
        row.problem = "no SMILES"
    elif not is_utf8("".join(smiles)):
        row.problem = "a SMILES that is not UTF-8"
    else:
        row.item = smiles
    return row
