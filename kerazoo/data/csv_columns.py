"""CSV files as columns, with errors that name the row as spreadsheets count it."""

import logging
import math
import os
import re
import typing

import numpy as np

from kerazoo.data.delimited_rows import read_rows

FIRST_ROW = 2  # Row 1 is the header.
_UNNAMED = re.compile(r"|Unnamed: \d+")  # What pandas calls what has no name.


def read_columns(
    path: str | os.PathLike,
    required: typing.Iterable[str] = (),
    first_rows: int | None = None,
) -> dict[str, list[str]]:
    """Reads a CSV file with a header, see `read_rows`.

    Args:
        path: path of the file.
        required: names of columns that must be there.
        first_rows: reads no more than these; None for all.

    Returns:
        dict of column name to list of str, without spaces around them.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no CSV, has no rows, lacks a column, or a row has more or
            fewer cells than the header.
    """
    rows = read_rows(path, first_rows)
    if len(rows) < FIRST_ROW:
        raise ValueError(
            f"{path}: expected a header and at least one row. Received: rows={rows}"
        )
    header, *rows = rows
    for name in required:
        if name not in header:
            raise ValueError(
                f"{path}: expected a column {name!r}. Received: columns={header}"
            )
    return name_columns(path, header, rows)


def name_columns(
    path: str | os.PathLike,
    header: typing.Sequence[str],
    rows: typing.Sequence[typing.Sequence[str]],
    first_row: int = FIRST_ROW,
) -> dict[str, list[str]]:
    """Returns rows as columns.

    Args:
        path: path of the file, for errors.
        header: names of the columns.
        rows: cells, at least one row.
        first_row: number of the first of the rows in the file.

    Returns:
        dict of column name to list of str.

    Raises:
        ValueError: If two columns have one name, or a row is of another length.

    Example:

    ```python
    name_columns("t.csv", ["x", "y"], [["0", "a"], ["1", "b"]])["y"]  # ["a", "b"]
    ```
    """
    if len(set(header)) < len(header):
        raise ValueError(
            f"{path}: expected columns of different names. "
            f"Received: columns={list(header)}"
        )
    for number, row in enumerate(rows, first_row):
        if len(row) != len(header):
            raise ValueError(
                f"{path}, row {number}: expected {len(header)} cells as in the header. "
                f"Received: {len(row)} cells"
            )
    return dict(zip(header, map(list, zip(*rows))))


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
    first_row: int = FIRST_ROW,
) -> np.ndarray:
    """Converts columns of text to numbers.

    Args:
        path: path of the file, for errors.
        columns: dict of column name to list of str, N each, D columns.
        first_row: number of the first row of the columns in the file.

    Returns:
        float32 array `(N, D)`.

    Raises:
        ValueError: If a cell is not a finite number.
    """
    numbers = [
        _numbers(path, name, cells, first_row) for name, cells in columns.items()
    ]
    return np.stack(numbers, axis=1)


def number_of(cell: str) -> float:
    """Returns the number that a cell holds, NaN for none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _numbers(path, name, cells, first_row):
    with np.errstate(over="ignore"):
        numbers = np.array([number_of(cell) for cell in cells], np.float32)
    for row in np.flatnonzero(~np.isfinite(numbers)):
        raise ValueError(
            f"{path}, row {row + first_row}: column {name!r} must hold finite numbers. "
            f"Received: {name}={cells[row]!r}"
        )
    return numbers


def _only_counts(cells):
    counts = (range(start, start + len(cells)) for start in (0, 1))
    return not any(cells) or any(cells == list(map(str, c)) for c in counts)
