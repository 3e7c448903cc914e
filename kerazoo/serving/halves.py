"""Both halves of a request side by side."""

import typing

import tensorflow as tf


def in_halves(
    function: typing.Callable[..., typing.Any], *inputs: tf.Tensor, fewest: int
) -> typing.Any:
    """Applies a function to a batch, or to its halves at the same time.

    Operations of one token after the other are too small to share among threads; two
    loops of half the rows keep two threads busy, where a server lets operations run
    side by side (`--tensorflow_inter_op_parallelism`).

    Args:
        function: Function of tensors `(B, ...)` to a nest of tensors `(B, ...)`, which
            treats rows alike.
        *inputs: Tensors `(B, ...)`.
        fewest: Rows B from which on a half is enough for one thread: products of few
            rows wait for the weights, which each half reads.

    Returns:
        What the function returns for the whole batch.

    Example:

    ```python
    in_halves(tf.square, tf.range(64), fewest=32)  # [0, 1, 4, ...]
    ```
    """
    # One function, traced once, for the halves and the whole.
    traced = tf.function(function, autograph=False)

    def halves():
        half = rows // 2
        parts = [
            traced(*(x[own] for x in inputs))
            for own in (slice(half), slice(half, None))
        ]
        return tf.nest.map_structure(lambda *x: tf.concat(x, axis=0), *parts)

    rows = tf.shape(inputs[0])[0]
    return tf.cond(rows >= fewest, halves, lambda: traced(*inputs))
