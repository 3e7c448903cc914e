"""Attention with linear biases."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def alibi_slopes(num_heads: int) -> list[float]:
    r"""Returns the slopes of ALiBi, one for each head.

    \(2^{-8 h / H}\) for h = 1, ..., H where H is a power of two,
    [Press et al., 2022](https://arxiv.org/abs/2108.12409), Section 3. For other H, as
    in the authors' code: the slopes of the largest power of two below H, then every
    other one of the slopes of the next power of two.

    Args:
        num_heads: int. H.

    Returns:
        List of H float, positive.

    Raises:
        ValueError: If `num_heads` is not positive.

    Example:

    ```python
    alibi_slopes(4)  # [0.25, 0.0625, 0.015625, 0.00390625]
    ```
    """
    if num_heads < 1:
        raise ValueError(
            f"`num_heads` must be positive. Received: num_heads={num_heads}"
        )
    power = 2 ** (num_heads.bit_length() - 1)
    slopes = [2 ** (-8 * head / power) for head in range(1, power + 1)]
    others = [2 ** (-4 * head / power) for head in range(1, 2 * power, 2)]
    return slopes + others[: num_heads - power]


def alibi_bias(
    num_heads: int, query_positions: Tensor, key_positions: Tensor
) -> Tensor:
    r"""Returns what ALiBi adds to the attention scores.

    \(-m_h |i - j|\) for a query at position i, a key at position j and the slope m of
    head h, [Press et al., 2022](https://arxiv.org/abs/2108.12409), Section 3.

    Args:
        num_heads: int. H.
        query_positions: int `(T,)`.
        key_positions: int `(S,)`.

    Returns:
        float32 `(H, T, S)`.

    Raises:
        ValueError: If `num_heads` is not positive.

    Example:

    ```python
    alibi_bias(4, np.arange(10), np.arange(10))  # (4, 10, 10)
    ```
    """
    slopes = ops.convert_to_tensor(alibi_slopes(num_heads), "float32")
    queries = ops.cast(query_positions, "float32")[:, None]
    keys = ops.cast(key_positions, "float32")[None, :]
    return -slopes[:, None, None] * ops.abs(queries - keys)
