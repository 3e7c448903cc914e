"""What went wrong with rows, said once."""

import collections
import dataclasses
import warnings
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from kerazoo.prediction.row import Row


class NoAnswersError(ValueError):
    """No row has an answer."""


@dataclasses.dataclass
class Problems:
    """Rows without an answer, and rows to take care with.

    Attributes:
        rows: Number of all rows.
        failed: Number of those without an answer.
        first: Where the first of those is, and why.

    Example:

    ```python
    problems = Problems()
    problems.count(Row("line 3", [""], problem="a blank text"))
    problems.failed  # 1
    ```
    """

    rows: int = 0
    failed: int = 0
    first: str | None = None
    _noted: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    _first_noted: dict[str, str] = dataclasses.field(default_factory=dict)

    def count(self, row: Row) -> None:
        """Counts a row, and why it has no answer."""
        self.rows += 1
        if row.problem is not None:
            self.failed += 1
            self.first = self.first or f"{row.place}: {row.problem}"

    def note(self, rows: Sequence[Row], flags: Mapping[str, np.ndarray]) -> None:
        """Counts rows with flags that are true, bool arrays by their names."""
        for name, values in flags.items():
            for row, value in zip(rows, values):
                if value:
                    self._noted[name] += 1
                    self._first_noted.setdefault(name, row.place)

    def warn(self, unit: str, notes: Mapping[str, str]) -> None:
        """Warns once of each kind.

        Args:
            unit: What the rows are, such as `"texts"`.
            notes: What to say of each flag, such as `"only the beginning was read"`.

        Raises:
            NoAnswersError: If no row has an answer.
        """
        if self.rows and self.failed == self.rows:
            raise NoAnswersError(
                f"None of the {self.rows} {unit} has an answer. The first: {self.first}"
            )
        if self.failed:
            warnings.warn(
                f"{self.failed} of {self.rows} {unit} have no answer. The first: "
                f"{self.first}",
                stacklevel=2,
            )
        for name, count in self._noted.items():
            warnings.warn(
                f"{count} of {self.rows} {unit}: {notes.get(name, name)}. The first: "
                f"{self._first_noted[name]}",
                stacklevel=2,
            )
