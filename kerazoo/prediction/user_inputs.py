"""Users to recommend items to: a column of a table, or a list."""

import os

from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.interaction_table import KNOWN_COLUMNS
from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text_file import is_utf8
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.


def read_users(path: str | os.PathLike) -> Inputs:
    """Reads the ids of users; items are str.

    Args:
        path: A `.csv` or `.tsv` file with a column of a name such as `user_id`, or
            whose first column has the users, below no header; any other file has one
            user per line. `"-"` for lines of standard input.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no users.

    Example:

    ```python
    with open("users.csv", "w") as file:
        file.write("user,town\\nann,Ulm\\nbob,Bonn\\n")
    [row.item for row in read_users("users.csv").rows]  # ["ann", "bob"]
    ```
    """
    if not is_table(path):
        lines = [line.strip() for line in read_lines(path, errors=_KEEP)]
        rows = [_row(i, [line], line) for i, line in enumerate(lines, 1)]
        return Inputs(["user"], rows, len(rows), "users")
    table = read_table(path, errors=_KEEP, keeps_blank=True)
    header = table.rows[0]
    known = known_columns(header, KNOWN_COLUMNS["user"])
    column = header.index(known[0]) if known else 0
    table = table.below(bool(known))
    if not table.rows:
        raise ValueError(f"{path}: expected rows. Received: only a header")
    if not known:
        others = [f"column_{i}" for i in range(2, table.width + 1)]
        header = ["user", *others]
    rows = [
        _row(line, cells, cells[column]) for line, cells in zip(table.lines, table.rows)
    ]
    return Inputs(header, rows, len(rows), "users")


def _row(line, cells, user):
    row = Row(f"line {line}", cells)
    if not user:
        row.problem = "no user"
    elif not is_utf8(user):
        row.problem = "a user that is not UTF-8"
    else:
        row.item = user
    return row
