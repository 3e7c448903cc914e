"""Attention to keys and values that are stored by heads, as caches are."""

from keras import ops

from kerazoo.layers.tensor import Tensor

_LOWEST = -1e30  # Not infinite: where all is masked there are still numbers.


def attend_to_heads(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    r"""Returns each query head's weighted means of the values.

    Computes \(\mathrm{softmax}(Q K^T / \sqrt{P} + B) V\),
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Equation 1, the softmax in
    float32. Keys and values have their heads before their tokens: products of matrices
    need no transposed copy of them, which is what takes the time where queries are few.

    Args:
        query: float `(B, T, H, P)`.
        key: float `(B, K, S, P)`, K a divisor of H. Each serves H / K neighbours.
        value: float `(B, K, S, P)`.
        mask: bool, broadcast to `(B, H, T, S)`, or None. False where a query may not
            attend.
        bias: float, broadcast to `(B, H, T, S)`, or None. Added to the scores.

    Returns:
        float `(B, T, H, P)`.

    Example:

    ```python
    query = np.ones((2, 1, 4, 8), "float32")
    cache = np.ones((2, 4, 10, 8), "float32")
    attend_to_heads(query, cache, cache)  # (2, 1, 4, 8)
    ```
    """
    dtype, size = query.dtype, query.shape[-1]
    key, value = ops.cast(key, dtype), ops.cast(value, dtype)
    heads, key_heads, tokens = query.shape[2], key.shape[1], ops.shape(query)[1]

    def per_head(x):
        return x if heads == key_heads else _shaped(x, heads, tokens)

    def per_key_head(x):
        # The queries of neighbours are more tokens of the head they share.
        neighbours = heads // key_heads
        return x if neighbours == 1 else _shaped(x, key_heads, neighbours * tokens)

    query = per_key_head(ops.transpose(query * size**-0.5, (0, 2, 1, 3)))
    scores = per_head(ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))))
    scores = _ordered(ops.cast(scores, "float32"), mask, bias)
    weights = per_key_head(ops.cast(ops.softmax(scores), dtype))
    return ops.transpose(per_head(ops.matmul(weights, value)), (0, 2, 1, 3))


def weights_of_heads(
    query: Tensor,
    key: Tensor,
    mask: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """Returns the weights of the means that `attend_to_heads` takes.

    Args:
        query, key, mask, bias: As of `attend_to_heads`.

    Returns:
        float32 `(B, H, T, S)`.

    Example:

    ```python
    query, key = np.ones((2, 3, 4, 8), "float32"), np.ones((2, 4, 10, 8), "float32")
    weights_of_heads(query, key)  # (2, 4, 3, 10), all 0.1
    ```
    """
    heads, size = query.shape[2:]
    query = ops.transpose(query * size**-0.5, (0, 2, 1, 3))
    key = ops.repeat(ops.cast(key, query.dtype), heads // key.shape[1], axis=1)
    scores = ops.cast(ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))), "float32")
    return ops.softmax(_ordered(scores, mask, bias))


def _ordered(scores, mask, bias):
    """Returns scores with what order says of them."""
    if bias is not None:
        scores = scores + ops.cast(bias, "float32")
    if mask is not None:
        scores = ops.where(mask, scores, _LOWEST)
    return scores


def _shaped(x, heads, tokens):
    return ops.reshape(x, (-1, heads, tokens, ops.shape(x)[-1]))
