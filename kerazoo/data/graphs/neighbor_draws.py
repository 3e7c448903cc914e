"""Which edges of a node are drawn: a pure function of a seed and of names.

What is drawn for a root does not depend on what else is in its batch, nor on whether
the graph is in memory or in the tables of a pipeline.
"""

import hashlib
from collections.abc import Iterable

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def key_of(name: str) -> int:
    """Returns the number of 64 bits that stands for a name, the same in any process.

    Example:

    ```python
    key_of("ann") == key_of("ann"), key_of("ann") == key_of("bob")  # (True, False)
    ```
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def keys_of(names: Iterable[str]) -> np.ndarray:
    """Returns the keys of names, uint64 `(N,)`."""
    return np.array([key_of(name) for name in names], np.uint64)


def mixed(*parts: int | np.ndarray) -> np.ndarray:
    """Returns one key for each row of some numbers of 64 bits.

    Args:
        *parts: Numbers from 0, or uint64 arrays `(F,)`. Their order counts.

    Returns:
        uint64 `(F,)`, or `(1,)` of numbers alone.
    """
    key = np.zeros(1, np.uint64)  # Of an array, which wraps without a warning.
    for part in parts:
        key = _scrambled((key ^ np.asarray(part, np.uint64)) + _GOLDEN)
    return key


def draw(keys: np.ndarray, counts: np.ndarray, size: int) -> np.ndarray:
    """Draws different numbers below each count, all subsets equally likely.

    Floyd's algorithm, whose cost does not depend on the counts
    ([Bentley and Floyd, 1987](https://doi.org/10.1145/30401.315746)).

    Args:
        keys: uint64 `(F,)`. The same key draws the same.
        counts: int `(F,)`.
        size: How many numbers.

    Returns:
        int64 `(F, size)`: 0, 1, 2 and so on where a count is at most `size`, and -1 for
        what there is too little of.

    Example:

    ```python
    draw(keys_of(["a", "b"]), np.array([2, 100]), 3)  # [[0, 1, -1], ...]
    ```
    """
    counts = np.asarray(counts, np.int64)
    chosen: np.ndarray = np.zeros((len(counts), size), np.int64)
    for number in range(size):
        last = counts - size + number
        # 53 bits, as many as a float64 can hold.
        uniform = (mixed(keys, number) >> np.uint64(11)) * 2.0**-53
        drawn = (uniform * (last + 1)).astype(np.int64)
        is_taken = (chosen[:, :number] == drawn[:, np.newaxis]).any(axis=1)
        drawn = np.where(is_taken, last, drawn)
        few = np.where(number < counts, number, -1)
        chosen[:, number] = np.where(counts > size, drawn, few)
    return chosen


def _scrambled(key):
    """Returns SplitMix64's output function of keys (Steele et al., 2014)."""
    key = (key ^ (key >> np.uint64(30))) * _FIRST
    key = (key ^ (key >> np.uint64(27))) * _SECOND
    return key ^ (key >> np.uint64(31))
