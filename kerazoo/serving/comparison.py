"""Whether an answer is the one that was stored."""

import typing

import numpy as np

Arrays = typing.Mapping[str, np.ndarray]


def differences(expected: Arrays, found: Arrays, tolerance: float = 1e-5) -> list[str]:
    """Returns what differs between two answers, an entry for each output.

    Strings and truth values must be identical. Numbers may differ by `tolerance`,
    relative to the expected ones, plus `tolerance`.

    Args:
        expected: dict of output name to array.
        found: The same.
        tolerance: float.

    Example:

    ```python
    differences({"y": np.ones(2)}, {"y": np.array([1.0, 1.5])})
    ```
    """
    if expected.keys() != found.keys():
        return [f"outputs {_names(found)} where {_names(expected)} were stored"]
    compared = (
        (name, _difference(expected[name], found[name], tolerance)) for name in expected
    )
    return [f"{name}: {difference}" for name, difference in compared if difference]


def _difference(expected, found, tolerance):
    if expected.shape != found.shape:
        return f"shape {found.shape} where {expected.shape} was stored"
    if expected.dtype != found.dtype:
        return f"{found.dtype} where {expected.dtype} was stored"
    if expected.dtype.kind in "Ob":
        wrong = np.count_nonzero(expected != found)
        return f"{wrong} of {found.size} are others" if wrong else None
    one, other = expected.astype(np.float64), found.astype(np.float64)
    same = np.isclose(other, one, rtol=tolerance, atol=tolerance, equal_nan=True)
    if same.all():
        return None
    with np.errstate(invalid="ignore"):  # Of infinities.
        most = np.abs(one - other)[~same].max()
    return f"{np.count_nonzero(~same)} of {found.size} differ, by {most:.3g} at most"


def _names(arrays):
    return ", ".join(sorted(arrays))
