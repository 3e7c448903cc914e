"""Nodes by their names, to be asked about: a column of a table, or a list."""

import os

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text_file import is_utf8
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_NAMES = ("id", "node_id", "node", "name")
_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.


def read_node_names(path: str | os.PathLike) -> Inputs:
    """Reads names of nodes that a model has learnt from; items are str.

    Args:
        path: A `.csv` or `.tsv` file with a column of a name such as `id`, or whose
            first column has the names, below no header; any other file has one name
            per line. `"-"` for lines of standard input.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no names.

    Example:

    ```python
    with open("nodes.csv", "w") as file:
        file.write("id,town\\nann,Ulm\\nbob,Bonn\\n")
    [row.item for row in read_node_names("nodes.csv").rows]  # ["ann", "bob"]
    ```
    """
    if not is_table(path):
        lines = [line.strip() for line in read_lines(path, errors=_KEEP)]
        rows = [_row(i, [line], line) for i, line in enumerate(lines, 1)]
        return Inputs(["id"], rows, len(rows), "nodes")
    table = read_table(path, errors=_KEEP, keeps_blank=True)
    header = table.rows[0]
    known = known_columns(header, _NAMES)
    column = header.index(known[0]) if known else 0
    table = table.below(bool(known))
    if not table.rows:
        raise ValueError(f"{path}: expected rows. Received: only a header")
    if not known:
        header = ["id", *(f"column_{i}" for i in range(2, table.width + 1))]
    rows = [
        _row(line, cells, cells[column]) for line, cells in zip(table.lines, table.rows)
    ]
    return Inputs(header, rows, len(rows), "nodes")


def _row(line, cells, name):
    row = Row(f"line {line}", cells)
    if not name:
        row.problem = "no name of a node"
    elif not is_utf8(name):
        row.problem = "a name that is not UTF-8"
    else:
        row.item = name
    return row
