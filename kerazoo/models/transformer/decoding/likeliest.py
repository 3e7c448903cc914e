"""The likeliest of many tokens."""

import math

from keras import ops

from kerazoo.layers.tensor import Tensor

_FEWEST = 512  # Tokens that are worth groups.


def likeliest(logits: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Returns the best tokens of each row and their probabilities.

    Only the groups of the vocabulary with the largest maxima are sorted, which is
    exact: each of `count` better groups has a better token. Of equal tokens the first
    counts, but for PyTorch, whose `top_k` takes any.

    Args:
        logits: float32 `(B, V)`.
        count: int K, at most V.

    Returns:
        The pair of the logarithms of the probabilities, float32 `(B, K)`, the largest
        first, and the tokens, int32 `(B, K)`.

    Example:

    ```python
    likeliest(np.log([[0.2, 0.5, 0.3]]), count=2)  # log of [[0.5, 0.3]], [[1, 2]]
    ```
    """
    logits = ops.convert_to_tensor(logits)
    values, tokens = _largest(logits, count)
    # That of the best cannot vanish: it is at least 1 / V.
    best = ops.max(ops.softmax(logits, axis=-1), axis=-1, keepdims=True)
    return values - values[:, :1] + ops.log(best), tokens


def _largest(logits, count):
    size = _group_size(logits.shape[-1])
    groups = -(-logits.shape[-1] // size)
    if logits.shape[-1] < _FEWEST or count >= groups:
        values, tokens = ops.top_k(logits, count)
        return values, ops.cast(tokens, "int32")
    rest = groups * size - logits.shape[-1]
    if rest:
        logits = ops.pad(logits, [[0, 0], [0, rest]], constant_values=-float("inf"))
    logits = ops.reshape(logits, (-1, groups, size))
    _, best = ops.top_k(ops.max(logits, axis=-1), count)
    best = ops.sort(ops.cast(best, "int32"), axis=-1)  # Of equals the first.
    rows = best + groups * ops.arange(ops.shape(best)[0], dtype="int32")[:, None]
    found = ops.take(ops.reshape(logits, (-1, size)), rows, axis=0)
    values, places = ops.top_k(ops.reshape(found, (-1, count * size)), count)
    places = ops.cast(places, "int32")
    group = ops.take_along_axis(best, places // size, axis=-1)
    return values, group * size + places % size


def _group_size(size):
    """Returns the divisor that is nearest to the square root, or the root itself."""
    root = math.isqrt(size)
    near = [n for n in range(root // 2, 2 * root + 1) if n and size % n == 0]
    return min(near, key=lambda n: abs(n - root), default=root)
