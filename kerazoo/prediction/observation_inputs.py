"""Observations to be asked about: a table of numbers, an array, or JSON lines."""

import json
import math
import os
import pathlib

import numpy as np

from kerazoo.data.csv_columns import number_of
from kerazoo.data.decimal_commas import with_decimal_points
from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text_file import STANDARD_INPUT
from kerazoo.data.text_file import ending
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_JSON = (".jsonl", ".ndjson", ".json")
_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.


def read_observations(path: str | os.PathLike) -> Inputs:
    """Reads observations; items are arrays, or dicts of the names of inputs to lists.

    Args:
        path: A `.csv` or `.tsv` file of numbers, an observation a row, its parts in the
            order of the policy's inputs; a `.npy` file `(N, ...)`; or JSON lines, a
            `.jsonl` file or `"-"` for standard input, of lists of numbers or of objects
            such as `{"observation": [0.1, 0.2], "action_mask": [true, false]}`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is of another kind, or has no observations.

    Example:

    ```python
    np.save("seen.npy", np.zeros((2, 4), "float32"))
    read_observations("seen.npy").total  # 2
    ```
    """
    if is_table(path):
        table = read_table(path, errors=_KEEP, keeps_blank=True)
        return _of_table(with_decimal_points(table))
    if pathlib.Path(path).suffix.lower() == ".npy":
        return _of_array(path)
    if ending(path) in _JSON or str(path) == STANDARD_INPUT:
        lines = read_lines(path, errors=_KEEP)
        rows = [_of_json(number, line) for number, line in enumerate(lines, 1)]
        return Inputs(["observation"], rows, len(rows), "observations")
    raise ValueError(
        "Observations must be a .csv, .tsv, .npy or .jsonl file. "
        f"Received: input={path}"
    )


def _of_table(table):
    names = table.rows[0]
    has_header = all(math.isnan(number_of(name)) for name in names)
    table = table.below(has_header)
    if not has_header:
        names = [f"observation_{i}" for i in range(len(names))]
    if not table.rows:
        raise ValueError(f"{table.path}: expected rows. Received: only a header")
    rows = []
    for line, cells in zip(table.lines, table.rows):
        row = Row(f"line {line}", cells)
        numbers = np.array([number_of(cell) for cell in cells])
        if np.isnan(numbers).any():
            cell = cells[int(np.isnan(numbers).argmax())]
            row.problem = f"{cell!r}, which is no number"
        else:
            row.item = numbers
        rows.append(row)
    return Inputs(names, rows, len(rows), "observations")


def _of_array(path):
    try:
        array = np.load(path)
    except ValueError as error:
        raise ValueError(f"{path}: expected an array. Received: {error}") from None
    if array.ndim < 1 or not len(array) or array.dtype.kind not in "biuf":
        raise ValueError(
            f"{path}: expected numbers, an observation in each row. "
            f"Received: shape={array.shape}, dtype={array.dtype}"
        )
    rows = [Row(f"row {i}", [str(i)], item) for i, item in enumerate(array)]
    return Inputs(["row"], rows, len(rows), "observations")


def _of_json(line, text):
    row = Row(f"line {line}", [text])
    try:
        row.item = json.loads(text)
        row.cells = [row.item]
    except ValueError as error:
        row.problem = f"no JSON: {error}" if text.strip() else "a blank line"
    return row
