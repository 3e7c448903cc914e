"""Lengths to pad sequences to."""

import typing

import numpy as np


def bucket_boundaries(
    lengths: typing.Sequence[int] | np.ndarray, num_buckets: int, multiple_of: int = 1
) -> tuple[int, ...]:
    r"""Returns the lengths to pad sequences to that need the fewest tokens in all.

    A sequence goes to the first boundary that is not below its length. Of all choices
    of \(K\) boundaries \(b_1 < \dots < b_K\) the one returned has the least sum of
    boundaries over the sequences, by dynamic programming over the first \(j\) lengths:
    \(c_{k,j} = \min_{i<j} c_{k-1,i} + b_j (n_j - n_i)\) with \(n_j\) the number of
    sequences of these lengths.

    Args:
        lengths: int array `(N,)`, in tokens.
        num_buckets: int. Number K of boundaries; there are fewer if lengths are.
        multiple_of: int. Boundaries are multiples of this.

    Returns:
        Tuple of int, rising; the last is the longest length, rounded up.

    Raises:
        ValueError: If there are no lengths, or a number is not positive.

    Example:

    ```python
    bucket_boundaries([1, 1, 1, 5, 6, 20], num_buckets=3)  # (1, 6, 20)
    ```
    """
    lengths = np.asarray(lengths)
    if not lengths.size or num_buckets < 1 or multiple_of < 1:
        raise ValueError(
            "Expected lengths, and positive numbers. Received: "
            f"lengths={lengths.tolist()[:5]}, num_buckets={num_buckets}, "
            f"multiple_of={multiple_of}"
        )
    rounded = -(-np.maximum(lengths, 1) // multiple_of) * multiple_of
    ends, counts = np.unique(rounded, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])  # (J + 1,)
    # Tokens of the first j lengths in k buckets, and the length before the last bucket.
    tokens = np.full(len(ends) + 1, np.inf)
    tokens[0] = 0
    choices = []
    for _ in range(min(num_buckets, len(ends))):
        fewest, choice = np.full_like(tokens, np.inf), np.zeros(len(tokens), int)
        for j, end in enumerate(ends, 1):
            costs = tokens[:j] + end * (before[j] - before[:j])
            choice[j] = costs.argmin()
            fewest[j] = costs[choice[j]]
        tokens = fewest
        choices.append(choice)
    boundaries, j = [], len(ends)
    for choice in reversed(choices):
        boundaries.append(int(ends[j - 1]))
        j = choice[j]
    return tuple(reversed(boundaries))
