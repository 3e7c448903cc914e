"""Batches of no rows, which convolutions and products do not take everywhere."""

import tensorflow as tf


def with_a_row(value: tf.Tensor) -> tf.Tensor:
    """Returns a batch with a row of zeros where it has none.

    What is made of it is to be cut off again, `[:count]`: an empty request gets an
    empty answer.

    Args:
        value: Tensor of numbers `(B, ...)`.

    Returns:
        Tensor `(max(B, 1), ...)`.

    Example:

    ```python
    x = tf.zeros((0, 3))
    tf.reduce_sum(with_a_row(x), axis=1)[: len(x)]  # (0,)
    ```
    """
    missing = tf.maximum(1 - tf.shape(value)[0], 0)
    return tf.pad(value, [[0, missing], *[[0, 0]] * (value.shape.rank - 1)])
