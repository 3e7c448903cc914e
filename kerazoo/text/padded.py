"""Tokens of texts of different lengths as one tensor."""

import tensorflow as tf


def padded(tokens: tf.RaggedTensor) -> tf.Tensor:
    """Returns tokens with padding, one column at least.

    Args:
        tokens: `tf.RaggedTensor` `(B, None)`.

    Returns:
        Tensor `(B, T)` of the same type, with zeros after the end of shorter texts.

    Example:

    ```python
    padded(tf.ragged.constant([[4, 5], [6]]))  # [[4, 5], [6, 0]]
    ```
    """
    dense = tokens.to_tensor()
    missing = tf.maximum(1 - tf.shape(dense)[1], 0)  # Where all texts are empty.
    return tf.pad(dense, [[0, 0], [0, missing]])
