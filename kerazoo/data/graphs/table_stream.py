"""Rows of a table from a file of any length, some at a time."""

import csv
import itertools
import os
import pathlib
from collections.abc import Iterator

from kerazoo.data.csv_columns import CsvColumns
from kerazoo.data.csv_columns import name_columns
from kerazoo.data.table_file import Table
from kerazoo.data.table_file import read_table

_FIRST_ROWS = 100  # Which tell what stands between cells.


def stream_columns(path: str | os.PathLike, rows: int = 1_000) -> Iterator[CsvColumns]:
    """Yields the columns of a table with a header, of some rows at a time.

    What stands between cells is found as by `kerazoo.data.table_file.read_table`.
    Blank rows are left out; numbers have decimal points.

    Args:
        path: The file, UTF-8.
        rows: Rows at a time.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If a row has another number of cells than the header, or two
            columns have one name.

    Example:

    ```python
    import pathlib

    pathlib.Path("nodes.csv").write_text("id,x\\nann,1\\nbob,2\\ncy,3\\n")
    [part.cells["id"] for part in stream_columns("nodes.csv", 2)]
    # [["ann", "bob"], ["cy"]]
    ```
    """
    path = pathlib.Path(path)
    delimiter = read_table(path, first_rows=_FIRST_ROWS).delimiter or ","
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        numbered = (
            (number, [cell.strip() for cell in cells])
            for number, cells in enumerate(reader, 1)
        )
        filled = ((number, cells) for number, cells in numbered if any(cells))
        _, header = next(filled)
        while chunk := list(itertools.islice(filled, rows)):
            for number, cells in chunk:
                if len(cells) != len(header):
                    raise ValueError(
                        f"{path}, row {number}: expected {len(header)} cells, as in "
                        f"the header. Received: {len(cells)}"
                    )
            numbers, cells_of_rows = map(list, zip(*chunk))
            yield name_columns(Table(path, cells_of_rows, numbers, numbers), header)


def first_columns(path: str | os.PathLike, rows: int) -> CsvColumns:
    """Returns the columns of a table's first rows.

    Args:
        path: The file.
        rows: How many.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If there are no rows, or they are uneven.
    """
    found = next(stream_columns(path, rows), None)
    if found is None:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: no rows"
        )
    return found
