"""Names of what a model has learnt from: a column of a table, or a list."""

import os
from collections.abc import Sequence

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text_file import is_utf8
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.


def read_names(
    path: str | os.PathLike,
    columns: Sequence[str],
    unit: str,
    what: str,
) -> Inputs:
    """Reads names; items are str.

    Args:
        path: A `.csv` or `.tsv` file with a column of one of these names, or whose
            first column has the names, below no header; any other file has one name
            per line. `"-"` for lines of standard input.
        columns: What the column may be called, normalised; the first is its name where
            there is no header.
        unit: What the rows are called.
        what: What a row has one of, for what is said of a row without.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no names.

    Example:

    ```python
    with open("towns.csv", "w") as file:
        file.write("size,town\\n9,Ulm\\n7,Bonn\\n")
    found = read_names("towns.csv", ["town"], "towns", "town")
    [row.item for row in found.rows]  # ["Ulm", "Bonn"]
    ```
    """
    if not is_table(path):
        lines = [line.strip() for line in read_lines(path, errors=_KEEP)]
        rows = [_row(i, [line], line, what) for i, line in enumerate(lines, 1)]
        return Inputs([columns[0]], rows, len(rows), unit)
    table = read_table(path, errors=_KEEP, keeps_blank=True)
    header = table.rows[0]
    known = known_columns(header, columns)
    column = header.index(known[0]) if known else 0
    table = table.below(bool(known))
    if not table.rows:
        raise ValueError(f"{path}: expected rows. Received: only a header")
    if not known:
        header = [columns[0], *(f"column_{i}" for i in range(2, table.width + 1))]
    rows = [
        _row(line, cells, cells[column], what)
        for line, cells in zip(table.lines, table.rows)
    ]
    return Inputs(header, rows, len(rows), unit)


def _row(line, cells, name, what):
    row = Row(f"line {line}", cells)
    if not name:
        row.problem = f"no {what}"
    elif not is_utf8(name):
        row.problem = f"a {what} that is not UTF-8"
    else:
        row.item = name
    return row
