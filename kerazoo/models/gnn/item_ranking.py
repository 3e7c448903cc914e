"""The items that suit best, found in blocks of rows."""

import tensorflow as tf

_SCORES = 2**24  # Of a block: 64 MiB of them.


def rank_items(
    queries: tf.Tensor,
    items: tf.Tensor,
    k: int | tf.Tensor,
    left_out: tf.RaggedTensor,
    bias: tf.Tensor | None = None,
    scales: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the k items of the largest products with each query.

    The products of all queries with all items are never there at once.

    Args:
        queries: float32 `(B, D)`.
        items: float32 `(I, D)`.
        k: int from 1 to I.
        left_out: int32 `(B, None)`. Items that are not to be named.
        bias: float32 `(I,)`, added to the products with each item; None for none.
        scales: float32 `(I,)`, that the products with each item are multiplied by
            before, such as one over the length of each; None for ones.

    Returns:
        int32 items and float32 scores, `(B, k)` both, the best first. Where fewer
        items than k are left, the rest are -1 and 0.

    Example:

    ```python
    none = tf.RaggedTensor.from_row_lengths(tf.zeros(0, tf.int32), [0])
    rank_items(tf.constant([[2.0]]), tf.constant([[1.0], [3.0]]), 1, none)
    # items [[1]], products [[6.0]]
    ```
    """
    num_rows, num_items = tf.shape(queries)[0], tf.shape(items)[0]
    splits = tf.cast(left_out.row_splits, tf.int32)
    size = tf.maximum(_SCORES // num_items, 1)
    num_blocks = tf.maximum((num_rows + size - 1) // size, 1)  # One of no rows, too.

    def block(i, found, products):
        start = i * size
        stop = tf.minimum(start + size, num_rows)
        scores = tf.matmul(queries[start:stop], items, transpose_b=True)
        if scales is not None:
            scores *= scales
        if bias is not None:
            scores += bias
        ends = splits[start : stop + 1]
        own = left_out.values[ends[0] : ends[-1]]
        rows = tf.repeat(tf.range(stop - start), ends[1:] - ends[:-1])
        places = tf.stack([rows, tf.cast(own, tf.int32)], axis=1)
        lowest = tf.fill(tf.shape(own), scores.dtype.min)
        scores = tf.tensor_scatter_nd_update(scores, places, lowest)
        best = tf.math.top_k(scores, k)
        is_left = best.values > scores.dtype.min
        found = found.write(i, tf.where(is_left, best.indices, -1))
        products = products.write(i, tf.where(is_left, best.values, 0.0))
        return i + 1, found, products

    arrays = [
        tf.TensorArray(dtype, num_blocks, infer_shape=False, element_shape=(None, None))
        for dtype in (tf.int32, tf.float32)
    ]
    _, found, products = tf.while_loop(
        lambda i, *_: i < num_blocks,
        block,
        (tf.constant(0), *arrays),
        parallel_iterations=1,
    )
    shape = (num_rows, k)
    return tf.reshape(found.concat(), shape), tf.reshape(products.concat(), shape)
