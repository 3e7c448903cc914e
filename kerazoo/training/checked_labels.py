"""Labels that a model can take."""

import tensorflow as tf


def checked_labels(labels: tf.Tensor | None, num_classes: int) -> tf.Tensor:
    """Returns labels as int32, or says what is wrong with them.

    Args:
        labels: integers `(B,)`, or None.
        num_classes: int.

    Returns:
        int32 `(B,)`.

    Raises:
        ValueError: If there are no labels.
        tf.errors.InvalidArgumentError: If one is no class; in a graph when it runs.

    Example:

    ```python
    labels = checked_labels([3, 7], num_classes=10)
    ```
    """
    if labels is None:
        raise ValueError(
            "A model with classes must be given `(images, labels)`. Received: "
            f"num_classes={num_classes}, no labels"
        )
    labels = tf.cast(labels, tf.int32)
    tf.debugging.assert_non_negative(labels, "Labels must be from 0.")
    tf.debugging.assert_less(
        labels, num_classes, f"Labels must be below num_classes={num_classes}."
    )
    return labels
