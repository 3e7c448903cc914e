"""What is asked of a model, row by row."""

import dataclasses
import typing
from collections.abc import Iterable


@dataclasses.dataclass(slots=True)
class Row:
    """One row of an input.

    Args:
        place: Where it is, such as `"line 3"`, or the name of a file.
        cells: What its columns hold: text, or what JSON holds.
        item: What the model is asked about; None where that cannot be.
        problem: Why it cannot be asked about, or None.
        label: What is right, where that is known.
    """

    place: str
    cells: list[typing.Any]
    item: typing.Any = None
    problem: str | None = None
    label: typing.Any = None


@dataclasses.dataclass
class Inputs:
    """Rows to be answered.

    Args:
        columns: Names of the columns that the answers keep.
        rows: The rows, read once, one after the other.
        total: Number of rows.
        unit: What they are, such as `"texts"`.
        shared: What all rows are of, such as the graph whose nodes they are.

    Example:

    ```python
    rows = [Row("line 1", ["a good film"], b"a good film")]
    Inputs(["text"], rows, total=1, unit="texts")
    ```
    """

    columns: list[str]
    rows: Iterable[Row]
    total: int
    unit: str
    shared: typing.Any = None
