"""What exported classifiers answer."""

import typing

import tensorflow as tf


def named_classes(
    logits: tf.Tensor,
    names: typing.Sequence[str],
    is_blank: tf.Tensor | None = None,
) -> dict[str, tf.Tensor]:
    """Returns the names of the likeliest classes, and the probabilities of all.

    Args:
        logits: float32 `(B, K)`.
        names: Names of the K classes.
        is_blank: bool `(B,)`. Rows that have nothing to be told by: their label is
            empty, and all classes are equally probable. Default: none.

    Returns:
        dict of `label`, strings `(B,)`, and `probabilities`, float32 `(B, K)`.

    Example:

    ```python
    named_classes(tf.constant([[0.0, 2.0]]), ["bad", "good"])["label"]  # [b"good"]
    ```
    """
    if is_blank is not None:
        logits = tf.where(is_blank[:, tf.newaxis], tf.zeros_like(logits), logits)
    label = tf.gather(tf.constant(list(names)), tf.argmax(logits, axis=-1))
    if is_blank is not None:
        label = tf.where(is_blank, "", label)
    return {"label": label, "probabilities": tf.nn.softmax(logits)}
