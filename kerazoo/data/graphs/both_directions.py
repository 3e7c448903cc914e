"""Undirected edges as pairs of directed ones."""

from collections.abc import Sequence

import numpy as np


def both_directions(
    source: Sequence[int], target: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns every edge and its reverse, each once, sorted by source, then target.

    Args:
        source: int array `(E,)`, nodes from 0.
        target: int array `(E,)`, nodes from 0.

    Returns:
        Tuple of int32 arrays: `source`, `target`, and for each edge the index of the
        first given one that it comes from.

    Example:

    ```python
    both_directions([0, 0], [1, 0])  # ([0, 0, 1], [0, 1, 0], [1, 0, 0])
    ```
    """
    one, other = np.asarray(source, np.int64), np.asarray(target, np.int64)
    ends = np.stack([np.append(one, other), np.append(other, one)])
    codes = ends[0] * (ends.max(initial=0) + 1) + ends[1]
    first = np.unique(codes, return_index=True)[1]
    rows = first % max(len(source), 1)
    return tuple(part.astype(np.int32) for part in (*ends[:, first], rows))
