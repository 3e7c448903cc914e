"""What is right of several targets, as numbers."""

import typing

import numpy as np

from kerazoo.data.missing_cells import is_missing
from kerazoo.prediction.row import Row


def target_labels(metadata: dict[str, typing.Any], row: Row) -> list[float]:
    """Returns what is right of each target of a row: values, or 0 and 1 for classes.

    Args:
        metadata: What was noted about the export.
        row: A row whose label is a tuple of cells; NaN stands for blank ones.

    Raises:
        ValueError: If a cell is none that the model has.

    Example:

    ```python
    row = Row("line 2", [], "CCO", label=("1.5", ""))
    target_labels({"class_names": None}, row)  # [1.5, nan]
    ```
    """
    names = metadata["class_names"]
    found = []
    for cell in row.label:
        plain = cell.removesuffix(".0")
        if is_missing(cell) or cell.lower() == "nan":
            found.append(np.nan)
        elif names is None:
            found.append(_number(row, cell))
        elif plain in names:
            found.append(float(names.index(plain)))
        else:
            raise ValueError(
                f"{row.place}: expected a class of the model, {' or '.join(names)}. "
                f"Received: {cell!r}"
            )
    return found


def _number(row, cell):
    try:
        return float(cell)
    except ValueError:
        raise ValueError(
            f"{row.place}: expected a number. Received: label={cell!r}"
        ) from None
