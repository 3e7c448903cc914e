"""Which classes were taken for which, as tables that people read."""

import typing
from collections.abc import Mapping
from collections.abc import Sequence

_MOST_CLASSES = 12  # Whose confusion fits into a terminal.
_SCORES = ("precision", "recall", "f1")


def class_tables(measured: Mapping[str, typing.Any]) -> list[str]:
    """Returns what was measured of each class as lines of text.

    Args:
        measured: What `class_report` returns, and perhaps more.

    Example:

    ```python
    scores = {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 1}
    lines = class_tables({"per_class": {"good": scores}, "confusion": [[1]]})
    print("\\n".join(lines))
    # class  precision  recall      f1  examples
    # good         0.5       1  0.6667         1
    ```
    """
    per_class = measured["per_class"]
    rows = [
        [name, *(f"{own[score]:.4g}" for score in _SCORES), str(own["support"])]
        for name, own in per_class.items()
    ]
    lines = _table([["class", *_SCORES, "examples"], *rows])
    if len(per_class) <= _MOST_CLASSES:
        counts = zip(per_class, measured["confusion"])
        rows = [[name, *map(str, row)] for name, row in counts]
        lines += ["", *_table([["right \\ predicted", *per_class], *rows])]
    return lines


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Returns cells in columns, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]
