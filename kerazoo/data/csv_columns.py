"""CSV files as columns, with errors that name the row as spreadsheets count it."""

import csv
import math
import os
import typing

import numpy as np

FIRST_ROW = 2  # Row 1 is the header.


def read_columns(
    path: str | os.PathLike, required: typing.Iterable[str] = ()
) -> dict[str, list[str]]:
    """Reads a CSV file with a header, UTF-8 with or without a byte order mark.

    Args:
        path: path of the file.
        required: names of columns that must be there.

    Returns:
        dict of column name to list of str, without spaces around them.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no CSV, has no rows, lacks a column, or a row has more or
            fewer cells than the header.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: expected CSV in UTF-8. Received: {error}") from None
    while rows and not any(rows[-1]):
        rows.pop()
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
    if len(set(header)) < len(header):
        raise ValueError(
            f"{path}: expected columns of different names. Received: columns={header}"
        )
    for number, row in enumerate(rows, FIRST_ROW):
        if len(row) != len(header):
            raise ValueError(
                f"{path}, row {number}: expected {len(header)} cells as in the header. "
                f"Received: {len(row)} cells"
            )
    return dict(zip(header, map(list, zip(*rows))))


def read_numbers(path: str | os.PathLike, columns: dict[str, list[str]]) -> np.ndarray:
    """Converts columns of text to numbers.

    Args:
        path: path of the file, for errors.
        columns: dict of column name to list of str, N each, D columns.

    Returns:
        float32 array `(N, D)`.

    Raises:
        ValueError: If a cell is not a finite number.
    """
    return np.stack([_numbers(path, *column) for column in columns.items()], axis=1)


def _numbers(path, name, cells):
    with np.errstate(over="ignore"):
        numbers = np.array([_number(cell) for cell in cells], np.float32)
    for row in np.flatnonzero(~np.isfinite(numbers)):
        raise ValueError(
            f"{path}, row {row + FIRST_ROW}: column {name!r} must hold finite numbers. "
            f"Received: {name}={cells[row]!r}"
        )
    return numbers


def _number(cell):
    try:
        return float(cell)
    except ValueError:
        return math.nan
