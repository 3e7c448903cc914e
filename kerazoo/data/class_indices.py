"""Names of classes as indices."""

import contextlib
import typing

import numpy as np


def class_indices(values: typing.Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Numbers the different values in their order, integers by size, else as text.

    Args:
        values: list of str. The empty one stands for an unknown class.

    Returns:
        Pair of int32 array of class indices, -1 for unknown, and list of class names.

    Example:

    ```python
    class_indices(["10", "9", ""])  # (array([1, 0, -1]), ["9", "10"])
    ```
    """
    names = sorted(set(values) - {""})
    with contextlib.suppress(ValueError):
        names = sorted(names, key=int)
    index = {"": -1} | {name: i for i, name in enumerate(names)}
    return np.array([index[value] for value in values], np.int32), names
