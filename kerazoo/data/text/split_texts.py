"""Texts that are held out of training."""

import typing

import numpy as np

from kerazoo.data.held_out import held_out

# A tenth. Of the few texts of which that is none, one of five or else of two.
_SHARES = (0.1, 0.2, 0.5)
Columns: typing.TypeAlias = "tuple[list[str] | np.ndarray, ...]"


def split_off(
    columns: Columns, labels: np.ndarray | None = None
) -> tuple[typing.Any, typing.Any]:
    """Holds a tenth of texts out, the same each time, of each class where there are.

    Args:
        columns: tuple of lists of str or arrays of equal length, such as texts and
            labels.
        labels: int array `(N,)` of classes, or None.

    Returns:
        Pair of such tuples, what is kept and what is held out; that is something
        wherever there are two texts (of a class) or more.

    Example:

    ```python
    pairs = ["eins", "zwei", "drei"], ["one", "two", "three"]
    train, validation = split_off(pairs)
    ```
    """
    for share in _SHARES:
        kept, held = held_out(len(columns[0]), labels, share)
        if len(held):
            break
    return _chosen(columns, kept), _chosen(columns, held)


def split_twice(
    columns: Columns, labels: typing.Callable[[typing.Any], np.ndarray | None]
) -> tuple[typing.Any, typing.Any, typing.Any]:
    """Holds texts out for the test and for validation.

    Args:
        columns: See `split_off`.
        labels: Function of such a tuple to its labels, or to None.

    Returns:
        Triple of such tuples for training, validation and test; the last one is None
        where there are too few texts for both.

    Example:

    ```python
    pairs = list("abcdefghij"), list("klmnopqrst")
    train, validation, test = split_twice(pairs, lambda pairs: None)
    ```
    """
    rest, test = split_off(columns, labels(columns))
    train, validation = split_off(rest, labels(rest))
    if len(validation[0]):
        return train, validation, test
    return *split_off(columns, labels(columns)), None


def _chosen(columns, indices):
    return tuple(
        [column[i] for i in indices] if isinstance(column, list) else column[indices]
        for column in columns
    )
