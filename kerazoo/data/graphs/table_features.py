"""Columns of a table as features, the same for tables to come."""

import collections
import dataclasses
import math
import os
import typing
import warnings
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from kerazoo.data import csv_columns
from kerazoo.data.graphs.feature_column import CATEGORY
from kerazoo.data.graphs.feature_column import NUMBER
from kerazoo.data.graphs.feature_column import FeatureColumn
from kerazoo.data.missing_cells import is_missing

_MAX_CATEGORIES = 100
_LARGE = 1_000
_MAX_NAMED = 5  # Columns of numbers that are named one by one.


@dataclasses.dataclass(frozen=True)
class TableFeatures:
    """How columns of text become features.

    Numbers stay as they are. Where some are missing, they become the mean of the
    others, and another feature is 1 for them. Few different words become one feature
    each, of which the word's is 1; of more than 100 the most frequent have one. A
    column whose words are mostly of one row each, such as names, is left out.

    Args:
        columns: The columns that are features.
        left_out: Names of the other columns to why they are none.

    Example:

    ```python
    table = {"age": ["30", "40", "35"], "team": ["red", "blue", "red"]}
    features = TableFeatures.fit(table)
    features.encode(table)  # [[30, 0, 1], [40, 1, 0], [35, 0, 1]]
    TableFeatures.from_json(features.to_json()) == features  # True
    ```
    """

    columns: tuple[FeatureColumn, ...] = ()
    left_out: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)

    @classmethod
    def fit(cls, columns: Mapping[str, Sequence[str]]) -> "TableFeatures":
        """Finds how columns become features.

        Args:
            columns: Name to cells, N each.
        """
        found, left_out = [], {}
        for name, cells in columns.items():
            column, reason = _fit_column(name, cells)
            if column is None:
                left_out[name] = reason
            else:
                found.append(column)
        return cls(tuple(found), left_out)

    @property
    def size(self) -> int:
        """Number of features, D."""
        return sum(column.size for column in self.columns)

    def encode(
        self,
        columns: Mapping[str, Sequence[str]],
        path: str | os.PathLike = "table",
        numbers: Sequence[int] | None = None,
    ) -> np.ndarray:
        """Turns the columns of this or another table into features.

        Words that the fitted table had not have none of the features, with a warning.

        Args:
            columns: Name to cells, N each; those that are no features are left out.
            path: Path of the table, for errors.
            numbers: Numbers of the rows in the file; None for those from 2 on.

        Returns:
            float32 array `(N, D)`.

        Raises:
            ValueError: If a column is missing, or a cell is not a finite number where
                one is expected.
        """
        for column in self.columns:
            if column.name not in columns:
                raise ValueError(
                    f"{path}: expected a column {column.name!r}, which the model has "
                    f"learnt from. Received: columns={list(columns)}"
                )
        count = len(next(iter(columns.values()), ()))
        numbers = numbers or range(csv_columns.FIRST_ROW, csv_columns.FIRST_ROW + count)
        encoded = np.zeros((count, self.size), np.float32)
        start = 0
        for column in self.columns:
            part = encoded[:, start : start + column.size]
            encode = _encode_numbers if column.kind == NUMBER else _encode_categories
            encode(column, columns[column.name], part, path, numbers)
            start += column.size
        return encoded

    def to_json(self) -> list[dict[str, typing.Any]]:
        """Returns the columns that are features as JSON can hold them."""
        return [column.to_json() for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[dict[str, typing.Any]]) -> "TableFeatures":
        """Takes back what `to_json` returned."""
        return cls(tuple(FeatureColumn.from_json(column) for column in columns))

    @property
    def is_plain(self) -> bool:
        """Whether all columns are numbers, none of which is missing."""
        return not self.left_out and all(
            column.kind == NUMBER and column.mean is None for column in self.columns
        )

    def large_columns(self, encoded: np.ndarray) -> list[str]:
        """Returns the columns with numbers that are large for a model to learn from.

        Args:
            encoded: float `(N, D)`, what `encode` returned.
        """
        starts = np.cumsum([0, *(column.size for column in self.columns)])
        return [
            column.name
            for column, start in zip(self.columns, starts)
            if column.kind == NUMBER
            and np.abs(encoded[:, start]).max(initial=0) >= _LARGE
        ]

    def describe(self) -> str:
        """Says in one line what the features are and which columns are left out."""
        numbers = [c.name for c in self.columns if c.kind == NUMBER]
        parts = []
        if len(numbers) > _MAX_NAMED:
            parts.append(f"{len(numbers)} columns of numbers")
        elif numbers:
            parts.append(f"{', '.join(numbers)} (numbers)")
        parts += [
            f"{c.name} ({len(c.values)} values, a feature each)"
            for c in self.columns
            if c.kind == CATEGORY
        ]
        parts = [f"features are {', '.join(parts) or 'none'}"]
        if missing := [c.name for c in self.columns if c.mean is not None]:
            parts.append(f"missing numbers of {', '.join(missing)} become their mean")
        if self.left_out:
            reasons = (f"{name} ({why})" for name, why in self.left_out.items())
            parts.append(f"left out: {', '.join(reasons)}")
        return "; ".join(parts)


def _fit_column(name, cells):
    """Returns the column and None, or None and why it is no feature."""
    filled = [cell for cell in cells if not is_missing(cell)]
    numbers = [cell for cell in filled if _is_number(cell)]
    if not filled:
        return None, "empty"
    if 2 * len(numbers) >= len(filled):  # Another cell is a mistake, to be named.
        mean = None
        if len(filled) < len(cells):
            finite = filter(math.isfinite, map(float, numbers))
            mean = float(np.mean(list(finite) or [0.0]))
        return FeatureColumn(name, NUMBER, mean=mean), None
    counts = collections.Counter(cell for cell in cells if cell)
    if len(counts) == 1 and len(filled) == len(cells):
        return None, "one value"
    if 2 * sum(n for n in counts.values() if n > 1) < counts.total():
        return None, f"{len(counts)} different texts"
    frequent = sorted(counts, key=lambda value: (-counts[value], value))
    values = tuple(sorted(frequent[:_MAX_CATEGORIES]))
    return FeatureColumn(name, CATEGORY, values, len(counts) > len(values)), None


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _encode_numbers(column, cells, part, path, numbers):
    missing = np.zeros(len(cells), bool)
    if column.mean is not None:
        missing = np.array([is_missing(cell) for cell in cells], bool)
        part[:, 1] = missing
        cells = [str(column.mean) if m else c for c, m in zip(cells, missing)]
    part[:, :1] = csv_columns.read_numbers(path, {column.name: cells}, numbers)


def _encode_categories(column, cells, part, path, numbers):
    index = {value: i for i, value in enumerate(column.values)}
    unknown = []
    for row, cell in enumerate(cells):
        if cell in index:
            part[row, index[cell]] = 1
        elif cell:
            unknown.append(row)
    if unknown and not column.is_cut:
        warnings.warn(
            f"{path}, row {numbers[unknown[0]]}: column {column.name!r} has a value "
            f"that the model has not seen, {cells[unknown[0]]!r}; {len(unknown)} rows "
            "have such ones, which count as none.",
            stacklevel=4,
        )
