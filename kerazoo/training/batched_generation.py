"""Any number of examples, made batch by batch."""

import typing

import numpy as np

from kerazoo.progress import track
from kerazoo.training.batch_seed import batch_seed


def generate_in_batches(
    make: typing.Callable[[int, int, np.ndarray | None], np.ndarray],
    count: int,
    seed: int,
    labels: np.ndarray | None = None,
    batch_size: int = 100,
) -> np.ndarray:
    """Makes examples batch by batch, each batch of a seed of its own.

    Equal arguments give equal examples.

    Args:
        make: Function of the size of a batch, its seed (int) and its labels, int32
            array or None, to an array of as many examples.
        count: int. Number of examples.
        seed: int.
        labels: int array `(count,)`, or a shorter one to be taken in turn, or None.
        batch_size: int. Most examples at a time.

    Returns:
        array `(count, ...)`.

    Raises:
        ValueError: If `count` is not positive.

    Example:

    ```python
    make = lambda size, seed, labels: np.full((size, 2), seed)
    generate_in_batches(make, 5, seed=0, batch_size=2).shape  # (5, 2)
    ```
    """
    if count < 1:
        raise ValueError(f"`count` must be positive. Received: count={count}")
    size = min(count, batch_size)
    batches = -(-count // size)
    parts: list[np.ndarray | None] = [None] * batches
    if labels is not None:
        labels = np.resize(labels, batches * size).astype("int32")
        parts = list(labels.reshape(batches, size))
    numbers = track(range(batches), "Generating", count, "examples", lambda _: size)
    found = [make(size, batch_seed(seed, i), parts[i]) for i in numbers]
    return np.concatenate(found)[:count]
