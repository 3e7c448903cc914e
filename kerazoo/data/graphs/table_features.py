"""Columns of a table as features, the same for tables to come."""

import dataclasses
import os
import typing
import warnings
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from kerazoo.data import csv_columns
from kerazoo.data.graphs.column_kinds import MAX_BUCKETS
from kerazoo.data.graphs.column_kinds import fit_column
from kerazoo.data.graphs.feature_column import CATEGORY
from kerazoo.data.graphs.feature_column import HASH
from kerazoo.data.graphs.feature_column import NUMBER
from kerazoo.data.graphs.feature_column import TEXT
from kerazoo.data.graphs.feature_column import FeatureColumn
from kerazoo.data.graphs.hashed_text import hashed_texts
from kerazoo.data.graphs.hashed_text import hashed_words
from kerazoo.data.missing_cells import is_missing

_LARGE = 1_000
_MAX_NAMED = 5  # Columns of numbers that are named one by one.


@dataclasses.dataclass(frozen=True)
class TableFeatures:
    """How columns of text become features.

    Numbers stay as they are. Where some are missing, they become the mean of the
    others, and another feature is 1 for them. Few different words become one feature
    each, of which the word's is 1; more than 100 are hashed. So are the words of
    sentences, of three words or more on average. A column of shorter texts that are
    mostly of one row each, such as names, is left out.

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
    def fit(
        cls, columns: Mapping[str, Sequence[str]], max_buckets: int = MAX_BUCKETS
    ) -> "TableFeatures":
        """Finds how columns become features.

        Args:
            columns: Name to cells, N each.
            max_buckets: Most features of a column that is hashed.
        """
        found, left_out = [], {}
        for name, cells in columns.items():
            column, reason = fit_column(name, cells, max_buckets)
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
    ) -> np.ndarray | sparse.csr_array:
        """Turns the columns of this or another table into features.

        Words that the fitted table had not have none of the features, with a warning.

        Args:
            columns: Name to cells, N each; those that are no features are left out.
            path: Path of the table, for errors.
            numbers: Numbers of the rows in the file; None for those from 2 on.

        Returns:
            float32 array `(N, D)`, a SciPy CSR array if columns are hashed.

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
        count = len(next(iter(columns.values()), numbers or ()))
        numbers = numbers or range(csv_columns.FIRST_ROW, csv_columns.FIRST_ROW + count)
        parts: list[typing.Any] = []
        for column in self.columns:
            cells = columns[column.name]
            if column.is_hashed:
                parts.append(_HASHES[column.kind](_filled(cells), column.buckets))
                continue
            part = np.zeros((count, column.size), np.float32)
            encode = _encode_numbers if column.kind == NUMBER else _encode_categories
            encode(column, cells, part, path, numbers)
            parts.append(part)
        if any(column.is_hashed for column in self.columns):
            return sparse.hstack(parts, format="csr", dtype=np.float32)
        return np.concatenate([np.zeros((count, 0), np.float32), *parts], axis=1)

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

    def large_columns(self, encoded: np.ndarray | sparse.csr_array) -> list[str]:
        """Returns the columns with numbers that are large for a model to learn from.

        Args:
            encoded: float `(N, D)`, what `encode` returned.
        """
        starts = np.cumsum([0, *(column.size for column in self.columns)])
        return [
            column.name
            for column, start in zip(self.columns, starts)
            if column.kind == NUMBER
            and encoded.shape[0]
            and abs(encoded[:, [start]]).max() >= _LARGE
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
        parts += [
            f"{c.name} ({_HASHED_AS[c.kind]}, hashed to {c.buckets} features)"
            for c in self.columns
            if c.is_hashed
        ]
        parts = [f"features are {', '.join(parts) or 'none'}"]
        if missing := [c.name for c in self.columns if c.mean is not None]:
            parts.append(f"missing numbers of {', '.join(missing)} become their mean")
        if self.left_out:
            reasons = (f"{name} ({why})" for name, why in self.left_out.items())
            parts.append(f"left out: {', '.join(reasons)}")
        return "; ".join(parts)


_HASHES = {HASH: hashed_words, TEXT: hashed_texts}
_HASHED_AS = {HASH: "many values", TEXT: "texts"}


def _filled(cells):
    """Returns cells of which those that say that there is nothing are empty."""
    return ["" if is_missing(cell) else cell for cell in cells]


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
