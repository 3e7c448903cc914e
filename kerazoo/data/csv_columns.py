"""Columns of a table with a header, and their numbers."""

import dataclasses
import logging
import math
import os
import pathlib
import re
import typing

import numpy as np

from kerazoo.data.decimal_commas import with_decimal_points
from kerazoo.data.table_file import Table
from kerazoo.data.table_file import read_table

FIRST_ROW = 2  # Row 1 is the header.
_UNNAMED = re.compile(r"|Unnamed: \d+")  # What pandas calls what has no name.


@dataclasses.dataclass(frozen=True)
class CsvColumns:
    """The columns of a table.

    Args:
        path: The file that they are of.
        cells: Name of each column to its cells, N each.
        numbers: The N numbers of the rows as spreadsheets count, from 1.

    Example:

    ```python
    import pathlib

    CsvColumns(pathlib.Path("t.csv"), {"x": ["0.5"]}, [2]).cells["x"]  # ["0.5"]
    ```
    """

    path: pathlib.Path
    cells: dict[str, list[str]]
    numbers: list[int]

    def place(self, index: int) -> str:
        """Returns the file and the row of the cells of an index, for errors."""
        return f"{self.path}, row {self.numbers[index]}"


def read_columns(
    path: str | os.PathLike,
    required: typing.Iterable[str] = (),
    first_rows: int | None = None,
) -> CsvColumns:
    """Reads a table with a header, see `kerazoo.data.table_file.read_table`.

    Args:
        path: path of the file.
        required: names of columns that must be there.
        first_rows: reads no more than these; None for all.

    Returns:
        `CsvColumns`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no CSV, has no rows, lacks a column, or a row has more or
            fewer cells than the header.
    """
    table = read_table(path, first_rows=first_rows)
    table = with_decimal_points(table, says=first_rows is None)
    header = table.rows[0]
    if len(table.rows) < FIRST_ROW:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: rows={[header]}"
        )
    for name in required:
        if name not in header:
            raise ValueError(
                f"{path}: expected a column {name!r}. Received: columns={header}"
            )
    return name_columns(table.below(has_header=True), header)


def name_columns(table: Table, header: typing.Sequence[str]) -> CsvColumns:
    """Returns rows as columns.

    Args:
        table: The rows, without a header, at least one.
        header: Names of the columns.

    Raises:
        ValueError: If two columns have one name.

    Example:

    ```python
    import pathlib

    from kerazoo.data.table_file import read_table

    pathlib.Path("own.csv").write_text("0,a\\n1,b\\n")
    name_columns(read_table("own.csv"), ["x", "y"]).cells["y"]  # ["a", "b"]
    ```
    """
    if len(set(header)) < len(header):
        raise ValueError(
            f"{table.path}: expected columns of different names. "
            f"Received: columns={list(header)}"
        )
    cells = dict(zip(header, map(list, zip(*table.rows))))
    return CsvColumns(table.path, cells, table.numbers)


def is_unnamed(column: str) -> bool:
    """Returns whether a column has no name, or the one that pandas gives those."""
    return _UNNAMED.fullmatch(column) is not None


def drop_counts(
    path: str | os.PathLike, columns: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Leaves out columns without a name that are empty or count the rows, and says so.

    Args:
        path: path of the file.
        columns: dict of column name to list of str.

    Example:

    ```python
    drop_counts("t.csv", {"": ["0", "1"], "x": ["a", "b"]})  # {"x": ["a", "b"]}
    ```
    """
    dropped = [c for c in columns if is_unnamed(c) and _only_counts(columns[c])]
    if any(any(columns[name]) for name in dropped):
        logging.getLogger(__name__).info(
            "%s: left out a column without a name that counts the rows.",
            os.path.basename(path),
        )
    return {name: cells for name, cells in columns.items() if name not in dropped}


def read_numbers(
    path: str | os.PathLike,
    columns: dict[str, list[str]],
    numbers: typing.Sequence[int] | None = None,
) -> np.ndarray:
    """Converts columns of text to numbers.

    Args:
        path: path of the file, for errors.
        columns: dict of column name to list of str, N each, D columns.
        numbers: numbers of the rows in the file; None for those from 2 on.

    Returns:
        float32 array `(N, D)`.

    Raises:
        ValueError: If a cell is not a finite number.
    """
    found = [_numbers(path, name, cells, numbers) for name, cells in columns.items()]
    return np.stack(found, axis=1)


def number_of(cell: str) -> float:
    """Returns the number that a cell holds, NaN for none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _numbers(path, name, cells, rows):
    with np.errstate(over="ignore"):
        numbers = np.array([number_of(cell) for cell in cells], np.float32)
    for i in np.flatnonzero(~np.isfinite(numbers)):
        raise ValueError(
            f"{path}, row {rows[i] if rows else i + FIRST_ROW}: column {name!r} must "
            f"hold finite numbers. Received: {name}={cells[i]!r}"
        )
    return numbers


def _only_counts(cells):
    counts = (range(start, start + len(cells)) for start in (0, 1))
    return not any(cells) or any(cells == list(map(str, c)) for c in counts)
