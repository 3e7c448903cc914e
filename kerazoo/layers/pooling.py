"""One vector of many tokens."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Returns the mean of the tokens that count, zero where none does.

    Args:
        x: float `(B, T, D)`.
        mask: bool `(B, T)`. Which tokens count.

    Returns:
        float32 `(B, D)`: half precision cannot sum many tokens.

    Example:

    ```python
    masked_mean(np.ones((2, 3, 4)), np.array([[1, 1, 0], [0, 0, 0]], bool))
    ```
    """
    weights = ops.cast(mask, "float32")[..., None]
    total = ops.sum(ops.cast(x, "float32") * weights, axis=1)
    return total / ops.maximum(ops.sum(weights, axis=1), 1.0)


def masked_max(x: Tensor, mask: Tensor) -> Tensor:
    """Returns the largest of each feature over the tokens that count, zero without any.

    Args:
        x: float `(B, T, D)`.
        mask: bool `(B, T)`. Which tokens count.

    Returns:
        float32 `(B, D)`.

    Example:

    ```python
    masked_max(np.ones((2, 3, 4)), np.array([[1, 1, 0], [0, 0, 0]], bool))
    ```
    """
    mask = ops.cast(mask, "bool")[..., None]
    largest = ops.max(ops.where(mask, ops.cast(x, "float32"), -float("inf")), axis=1)
    return ops.where(ops.any(mask, axis=1), largest, 0.0)


POOLINGS = {"mean": masked_mean, "max": masked_max}


def check_pooling(name: str) -> None:
    """Refuses what is no key of `POOLINGS`.

    Args:
        name: Name of a way to pool.

    Raises:
        ValueError: If there is no such way.
    """
    if name not in POOLINGS:
        raise ValueError(
            f"`pooling` must be one of {', '.join(POOLINGS)}. Received: pooling={name}"
        )
