"""Which rows of a table train, choose and test, as a file says it."""

import dataclasses
import os
import pathlib

import numpy as np

from kerazoo.data import csv_columns
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column

PARTS = ("train", "validation", "test")
_PARTS = {
    **{part: part for part in PARTS},
    **{"training": "train", "val": "validation", "valid": "validation"},
    **{"dev": "validation", "testing": "test"},
}
_NAMES = ("split", "set", "subset", "part")


@dataclasses.dataclass(frozen=True)
class RowSplit:
    """Where a split of rows is.

    Args:
        path: A table. Its column holds `train`, `validation` or `test` for each row of
            the data; or numbers of rows of the data, from 0, of which the first train
            and the others test.
        column: The column, by its name or its number from 1; None for the only one, or
            one called `split`.
        train_rows: How many of the first numbers train.
    """

    path: str | os.PathLike
    column: str | None = None
    train_rows: int | None = None

    def read(self, num_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns sorted int arrays of the rows of train, validation and test.

        Args:
            num_rows: Rows of the data.

        Raises:
            OSError: If the file cannot be read.
            ValueError: If it is no such split of as many rows.

        Example:

        ```python
        import pathlib

        pathlib.Path("splits.csv").write_text("a,b\\n2,train\\n0,test\\n1,train\\n")
        RowSplit("splits.csv", "a", train_rows=2).read(3)  # [0, 2], [], [1]
        RowSplit("splits.csv", "b").read(3)  # [0, 2], [], [1]
        ```
        """
        table = csv_columns.read_columns(self.path)
        column = self._column(table)
        cells = table.cells[column]
        if all(cell.isdecimal() for cell in cells if cell):
            return self._of_numbers(table, column, cells, num_rows)
        if self.train_rows is not None:
            raise ValueError(
                "`train_rows` goes with a column of numbers of rows, and "
                f"{column!r} of {self.path} holds words. "
                f"Received: train_rows={self.train_rows}"
            )
        parts = []
        for i, cell in enumerate(cells):
            if cell.lower() not in _PARTS:
                raise ValueError(
                    f"{table.place(i)}: expected train, validation or test in column "
                    f"{column!r}. Received: {cell!r}"
                )
            parts.append(_PARTS[cell.lower()])
        if len(parts) != num_rows:
            raise ValueError(
                f"{self.path}: expected a part for each of the {num_rows} rows of the "
                f"data. Received: {len(parts)} rows"
            )
        found = np.array(parts)
        train, validation, test = (np.flatnonzero(found == part) for part in PARTS)
        return train, validation, test

    def _column(self, table):
        names = list(table.cells)
        if self.column is not None:
            return named_column(self.path, names, self.column, "split_column")
        known = known_columns(names, _NAMES)
        if len(known or names) == 1:
            return (known or names)[0]
        raise ValueError(
            f"{self.path}: several columns may be a split: name one by `split_column`. "
            f"Received: columns={known or names}"
        )

    def _of_numbers(self, table, column, cells, num_rows):
        places = [i for i, cell in enumerate(cells) if cell]
        numbers = np.array([int(cells[i]) for i in places], np.int64)
        for i in np.flatnonzero(numbers >= num_rows):
            raise ValueError(
                f"{table.place(places[i])}: expected rows of the data from 0 to "
                f"{num_rows - 1}. Received: {column}={numbers[i]}"
            )
        values, counts = np.unique(numbers, return_counts=True)
        for value in values[counts > 1]:
            raise ValueError(
                f"{self.path}: column {column!r} must name a row once. "
                f"Received: {value} {counts[values == value][0]} times"
            )
        if self.train_rows is None or not 0 < self.train_rows < len(numbers):
            raise ValueError(
                f"`train_rows` must say how many of the first of the {len(numbers)} "
                f"rows that {column!r} of {pathlib.Path(self.path).name} names train; "
                f"the others test. Received: train_rows={self.train_rows}"
            )
        train, test = np.split(numbers, [self.train_rows])
        return np.sort(train), np.array([], int), np.sort(test)
