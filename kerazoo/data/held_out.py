"""A test split for datasets that come without one."""

import numpy as np

_SEED = 0


def held_out(
    count: int, labels: np.ndarray | None, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the examples of the test, the same each time.

    Args:
        count: int. Number of examples.
        labels: int array `(count,)`, or None.
        share: float in [0, 1). Share of the examples, of each class where there are
            labels, rounded to whole ones.

    Returns:
        Pair of sorted int arrays, the examples of training and of test. One example at
        least of each class is for training.

    Example:

    ```python
    train, test = held_out(6, np.array([0, 0, 0, 1, 1, 1]), share=1 / 3)
    ```
    """
    generator = np.random.default_rng(_SEED)
    is_test = np.zeros(count, bool)
    groups = np.zeros(count, int) if labels is None else labels
    for group in np.unique(groups):
        members = generator.permutation(np.flatnonzero(groups == group))
        is_test[members[: min(round(share * len(members)), len(members) - 1)]] = True
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)
