"""Which interactions of each user are held out."""

import numpy as np

from kerazoo.data.graphs.interactions import Interactions


def hold_out(
    taken: Interactions, share: float, seed: int = 0
) -> tuple[Interactions, Interactions]:
    """Holds a share of each user's items out, drawn at random.

    Args:
        taken: All interactions.
        share: From 0 to below 1, rounded for each user; one item of a user is always
            kept.
        seed: Equal seeds give equal parts.

    Returns:
        What is kept and what is held out.

    Raises:
        ValueError: If `share` is out of range.

    Example:

    ```python
    taken = Interactions.from_pairs([0] * 10, range(10), num_users=1)
    kept, held = hold_out(taken, 0.2)
    len(kept), len(held)  # (8, 2)
    ```
    """
    if not 0 <= share < 1:
        raise ValueError(f"`share` must be from 0 to below 1. Received: share={share}")
    users = taken.users
    chance = np.random.default_rng(seed).random(len(taken))
    order = np.lexsort((chance, users))
    place = np.empty(len(taken), np.int64)  # Of each among those of its user.
    place[order] = np.arange(len(taken)) - taken.starts[users[order]]
    sizes = taken.sizes
    count = np.minimum(np.floor(share * sizes + 0.5), np.maximum(sizes - 1, 0))
    return _parts(taken, place < count[users])


def leave_last_out(
    users: np.ndarray, items: np.ndarray, times: np.ndarray, num_users: int
) -> tuple[Interactions, Interactions, Interactions]:
    """Holds the last item of each user out to test, the one before to choose by.

    A user of two items has none to choose by, a user of one is for training alone. What
    a user took several times counts at its first time.

    Args:
        users: int `(E,)`.
        items: int `(E,)`.
        times: Numbers or dates `(E,)`; equal ones are in the order of the rows.
        num_users: int.

    Returns:
        What is to train, to choose by and to test.

    Example:

    ```python
    users, items, times = np.array([0, 0, 0]), np.array([5, 6, 7]), np.array([3, 2, 1])
    train, validation, test = leave_last_out(users, items, times, num_users=1)
    train.items, validation.items, test.items  # [7], [6], [5]
    ```
    """
    order = np.lexsort((times, users))  # Stable.
    users, items = users[order], items[order]
    pairs = np.stack([users, items], axis=1)
    first = np.sort(np.unique(pairs, axis=0, return_index=True)[1])
    users, items = users[first], items[first]
    sizes = np.bincount(users, minlength=num_users)
    ends = np.cumsum(sizes)
    from_end = ends[users] - 1 - np.arange(len(users))
    is_test = (from_end == 0) & (sizes[users] > 1)
    is_validation = (from_end == 1) & (sizes[users] > 2)
    parts = ~(is_test | is_validation), is_validation, is_test
    train, validation, test = (
        Interactions.from_pairs(users[part], items[part], num_users) for part in parts
    )
    return train, validation, test


def _parts(taken, is_held):
    kept, held = (
        Interactions.from_pairs(taken.users[part], taken.items[part], taken.num_users)
        for part in (~is_held, is_held)
    )
    return kept, held
