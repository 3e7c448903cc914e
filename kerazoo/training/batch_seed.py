"""Seeds of the batches that much work is split into."""

_SEEDS_APART = 1_000_003


def batch_seed(seed: int, index: int) -> int:
    """Returns the seed of one of many batches, apart from those of other seeds.

    Args:
        seed: int. Seed of all batches.
        index: int. Number of the batch, from 0.

    Returns:
        int, below 2**31; for the first batch the seed itself.

    Example:

    ```python
    seeds = [batch_seed(7, index) for index in range(3)]
    ```
    """
    return (seed + index * _SEEDS_APART) % 2**31
