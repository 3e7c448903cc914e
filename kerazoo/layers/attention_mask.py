"""Masks of attention: which query may attend to which key."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def causal_mask(query_positions: Tensor, key_positions: Tensor) -> Tensor:
    """Lets each query attend to keys at its own position and before.

    Args:
        query_positions: int `(T,)`.
        key_positions: int `(S,)`.

    Returns:
        bool `(T, S)`, True where the query may attend.

    Example:

    ```python
    causal_mask(np.array([1]), np.arange(3))  # [[True, True, False]]
    ```
    """
    return _differences(query_positions, key_positions) >= 0


def window_mask(query_positions: Tensor, key_positions: Tensor, window: int) -> Tensor:
    """Lets each query attend to keys less than a window away, on either side.

    The sliding window of [Beltagy et al., 2020](https://arxiv.org/abs/2004.05150),
    Section 3.1, with `2 * window - 1` keys; with `causal_mask`, `window` keys.

    Args:
        query_positions: int `(T,)`.
        key_positions: int `(S,)`.
        window: int. First distance that is too far.

    Returns:
        bool `(T, S)`, True where the query may attend.

    Example:

    ```python
    window_mask(np.array([2]), np.arange(4), window=2)  # [[False, True, True, True]]
    ```
    """
    return ops.abs(_differences(query_positions, key_positions)) < window


def _differences(query_positions, key_positions):
    queries = ops.convert_to_tensor(query_positions)[:, None]
    return queries - ops.convert_to_tensor(key_positions)[None, :]
