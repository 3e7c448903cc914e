"""What a table says of its molecules: a class or a number, or several of them."""

import contextlib
import dataclasses
import math

import numpy as np

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.molecule_table import MoleculeTable
from kerazoo.data.missing_cells import is_missing

TARGETS = ("auto", "classification", "regression")
MAX_AUTO_CLASSES = 10


@dataclasses.dataclass(frozen=True)
class MoleculeTargets:
    """What is to be predicted of each row.

    Args:
        labels: int32 `(B,)` classes or float32 `(B,)` values; of several targets
            float32 `(B, T)`, with NaN for what is not known.
        class_names: Names of the classes, of several targets two that all have; None
            for values.
        is_known: bool `(B,)`, whether anything is known of a row; the label of another
            has no meaning.
    """

    labels: np.ndarray
    class_names: list[str] | None
    is_known: np.ndarray


def read_targets(
    table: MoleculeTable, target: str = "auto", skip_invalid: bool = False
) -> MoleculeTargets:
    """Reads the columns to predict.

    Of several columns, cells may be blank, `NA` or such.

    Args:
        table: The table, with targets.
        target: What they hold: `"classification"`, `"regression"`, or `"auto"`:
            classes if no cell is a number, or if they are few whole numbers.
        skip_invalid: Whether rows without a target are no mistake.

    Raises:
        ValueError: If a cell is not as it should be; the row is named.

    Example:

    ```python
    import pathlib

    from kerazoo.data.graphs.molecule_table import read_molecule_table

    pathlib.Path("own.csv").write_text("mol,a,b\\nCCO,0,1\\nCC,1,\\nC,,0\\n")
    table = read_molecule_table("own.csv", target_column="a,b")
    read_targets(table).labels  # [[0, 1], [1, nan], [nan, 0]]
    ```
    """
    if len(table.target_columns) > 1:
        found = _several(table, target)
    else:
        found = _one(table, target)
    for row in np.flatnonzero(~found.is_known).tolist():
        if not skip_invalid:
            raise ValueError(
                f"{table.place(row)}: expected a target; `skip_invalid` leaves such "
                f"rows out. Received: {table.target_column}=''"
            )
    return found


def _one(table, target):
    cells, column = table.targets or [], table.target_column or ""
    filled = [cell for cell in cells if cell]
    if target == "auto":
        target = "classification" if _are_classes(set(filled)) else "regression"
        _check_classes(table, target, filled)
    is_known = np.array([bool(cell) for cell in cells], bool)
    if target == "classification":
        labels, names = class_indices.class_indices(cells)
        return MoleculeTargets(labels, names, is_known)
    numbers = {column: [cell or "0" for cell in cells]}
    labels = csv_columns.read_numbers(table.path, numbers, table.numbers)[:, 0]
    return MoleculeTargets(labels, None, is_known)


def _several(table, target):
    columns = dict(zip(table.target_columns, zip(*table.targets or ())))
    columns = {
        name: ["" if _is_unknown(cell) else cell for cell in cells]
        for name, cells in columns.items()
    }
    for name, cells in columns.items():
        if not any(cells):
            raise ValueError(
                f"{table.path}: column {name!r} must hold something to predict. "
                "Received: blank cells alone"
            )
    if target == "auto":
        are_classes = all(_are_classes(set(cells) - {""}) for cells in columns.values())
        target = "classification" if are_classes else "regression"
    values = [cell for cells in columns.values() for cell in cells]
    is_known = np.array([any(row) for row in zip(*columns.values())], bool)
    if target == "regression":
        return MoleculeTargets(_numbers(table, columns), None, is_known)
    _, names = class_indices.class_indices(_without_points(values))
    if len(names) != 2:
        raise ValueError(
            f"{table.path}: several columns to predict must hold the same two classes, "
            "such as 0 and 1, or numbers; `target` says which. "
            f"Received: {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"
        )
    numbers = {"": np.nan, names[0]: 0.0, names[1]: 1.0}
    labels = np.array(
        [[numbers[c] for c in _without_points(cells)] for cells in columns.values()],
        np.float32,
    )
    return MoleculeTargets(labels.T, names, is_known)


def _numbers(table, columns):
    given = {name: [cell or "0" for cell in cells] for name, cells in columns.items()}
    labels = csv_columns.read_numbers(table.path, given, table.numbers)
    is_blank = np.array([[not cell for cell in cells] for cells in columns.values()])
    return np.where(is_blank.T, np.float32(np.nan), labels)


def _without_points(cells):
    """Returns cells with `1` for `1.0`, which tables with missing numbers have."""
    return [cell.removesuffix(".0") for cell in cells]


def _is_unknown(cell):
    return is_missing(cell) or cell.lower() == "nan"


def _are_classes(cells):
    numbers = []
    for cell in cells:
        with contextlib.suppress(ValueError):
            numbers.append(float(cell))
    few = len(cells) <= MAX_AUTO_CLASSES
    finite = [number for number in numbers if math.isfinite(number)]
    return not numbers or (few and all(number.is_integer() for number in finite))


def _check_classes(table, target, cells):
    """Refuses what can only be names of the molecules."""
    if target == "classification" and len(set(cells)) == len(cells) > MAX_AUTO_CLASSES:
        raise ValueError(
            f"{table.path}: column {table.target_column!r} has another word in each "
            "row, which are no classes: name the column to predict by "
            f"`target_column`. Received: {table.target_column}={cells[0]!r}"
        )
