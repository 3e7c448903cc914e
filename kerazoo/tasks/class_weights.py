"""Weights of classes in the loss, for those that are rare."""

import math
import os
import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from kerazoo.data.csv_columns import number_of
from kerazoo.data.table_file import read_table


def class_weights(
    given: str | Mapping[str, float] | None,
    labels: np.ndarray,
    class_names: Sequence[str],
) -> np.ndarray | None:
    """Returns how much an example of each class counts in the loss.

    Args:
        given: None or `"none"`; `"balanced"` for N / (K N_k), so that all classes count
            alike, as scikit-learn has it; or the weights of some classes, 1 of the
            others: a dict of the names, text such as `"spam=5,other=0.5"`, or the path
            of a table of names and weights.
        labels: int `(N,)`. Classes of the training examples.
        class_names: Names of the K classes.

    Returns:
        float32 `(K,)`, or None where all count alike.

    Raises:
        OSError: If the table cannot be read.
        ValueError: If a name is no class or there twice, or a weight is not positive.

    Example:

    ```python
    class_weights("balanced", np.array([0, 0, 0, 1]), ["ham", "spam"])  # [2 / 3, 2]
    class_weights("spam=5", np.array([0, 0, 0, 1]), ["ham", "spam"])  # [1, 5]
    ```
    """
    if given is None or given == "none":
        return None
    if given == "balanced":
        return _balanced(labels, len(class_names))
    weights = np.ones(len(class_names), np.float32)
    places = {name: place for place, name in enumerate(class_names)}
    seen = set()
    for name, value in _pairs(given):
        if name not in places:
            shown = ", ".join(class_names[:20]) + ", ..." * (len(class_names) > 20)
            raise ValueError(
                f"`class_weights` names {name!r}, which is none of the classes: "
                f"{shown}. Received: class_weights={given}"
            )
        if name in seen:
            raise ValueError(
                f"`class_weights` names {name!r} twice. Received: class_weights={given}"
            )
        weight = number_of(value)
        if not (weight > 0 and math.isfinite(weight)):
            raise ValueError(
                f"`class_weights` must be positive numbers, and is {value} for "
                f"{name!r}. Received: class_weights={given}"
            )
        seen.add(name)
        weights[places[name]] = weight
    return weights


def _balanced(labels, num_classes):
    from sklearn.utils.class_weight import compute_class_weight

    weights = np.ones(num_classes, np.float32)
    there = np.unique(labels)  # A class without examples has no weight.
    weights[there] = compute_class_weight("balanced", classes=there, y=labels)
    return weights


def _pairs(given: str | Mapping[str, float]) -> list[tuple[str, typing.Any]]:
    """Returns names and what stands for their weights."""
    if isinstance(given, Mapping):
        return list(given.items())
    if os.path.isfile(given):
        return _rows(given)
    parts = [part.rpartition("=") for part in given.split(",")]
    if not all(mark and name.strip() for name, mark, _ in parts):
        raise ValueError(
            "`class_weights` must be none, balanced, name=weight,... or a table of "
            f"names and weights that is there. Received: class_weights={given}"
        )
    return [(name.strip(), value.strip()) for name, _, value in parts]


def _rows(path):
    table = read_table(path, of_texts=True)
    if table.width != 2:
        raise ValueError(
            "`class_weights` must be a table of two columns, names and weights. "
            f"Received: class_weights={path}, {table.width} columns"
        )
    has_header = math.isnan(number_of(table.rows[0][1]))
    return [(name, value) for name, value in table.below(has_header).rows]
