"""Reductions over segments: the edges of a node, the nodes of a graph.

Segments need not be sorted, and may be empty. Data are float `(E, ...)`,
`segment_ids` int `(E,)`, the results float `(num_segments, ...)` in the dtype of the
data, accumulated in at least float32. `num_segments` is an int, or on TensorFlow a
scalar tensor.
"""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


def segment_sum(
    data: Tensor, segment_ids: Tensor, num_segments: int | Tensor
) -> Tensor:
    """Returns the sum of each segment, 0 for empty ones."""
    total = ops.segment_sum(_wide(data), segment_ids, num_segments)
    return ops.cast(total, data.dtype)


def segment_mean(
    data: Tensor, segment_ids: Tensor, num_segments: int | Tensor
) -> Tensor:
    """Returns the mean of each segment, 0 for empty ones."""
    total = ops.segment_sum(_wide(data), segment_ids, num_segments)
    count = _segment_count(segment_ids, num_segments, rank=len(data.shape))
    return ops.cast(total / ops.cast(ops.maximum(count, 1), total.dtype), data.dtype)


def segment_max(
    data: Tensor, segment_ids: Tensor, num_segments: int | Tensor
) -> Tensor:
    """Returns the maximum of each segment, 0 for empty ones."""
    maximum = ops.segment_max(data, segment_ids, num_segments)
    count = _segment_count(segment_ids, num_segments, rank=len(data.shape))
    return ops.where(count > 0, maximum, ops.zeros_like(maximum))


def segment_softmax(
    scores: Tensor, segment_ids: Tensor, num_segments: int | Tensor
) -> Tensor:
    """Returns the softmax of scores within each segment, for any finite scores.

    Args:
        scores: float `(E,)` or `(E, H)`.
        segment_ids: int `(E,)`.
        num_segments: int.

    Returns:
        float, of the shape of `scores`; sums to 1 over each segment.

    Example:

    ```python
    segment_softmax(keras.ops.array([0.0, 0.0, 5.0]), keras.ops.array([1, 1, 2]), 3)
    # [0.5, 0.5, 1.0]
    ```
    """
    wide = _wide(scores)
    # The maximum only keeps the exponential in range; the softmax is the same.
    maximum = segment_max(ops.stop_gradient(wide), segment_ids, num_segments)
    exponential = ops.exp(wide - ops.take(maximum, segment_ids, axis=0))
    total = ops.segment_sum(exponential, segment_ids, num_segments)
    return ops.cast(exponential / ops.take(total, segment_ids, axis=0), scores.dtype)


def _wide(data):
    # Sums in bfloat16 stop growing after 256 terms of equal size.
    return ops.cast(data, keras.backend.result_type(data.dtype, "float32"))


def _segment_count(segment_ids, num_segments, rank):
    """Returns float32 `(num_segments, 1, ...)` of the given rank."""
    ones = ops.ones_like(segment_ids, dtype="float32")
    count = ops.segment_sum(ones, segment_ids, num_segments)
    return ops.reshape(count, (-1,) + (1,) * (rank - 1))
