"""Networks on more images than fit at once."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.progress import track


def in_batches(
    function: typing.Callable[[tf.Tensor], tf.Tensor],
    images: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Returns a function's outputs for all images, concatenated.

    Args:
        function: Function of a float32 tensor `(B, H, W, C)` to a tensor `(B, ...)`.
        images: array `(N, H, W, C)`, N at least 1.
        batch_size: int.

    Returns:
        Array `(N, ...)`.

    Example:

    ```python
    means = lambda x: tf.reduce_mean(x, [1, 2, 3])
    in_batches(means, np.ones((9, 4, 4, 1)), batch_size=4)  # (9,)
    ```
    """
    starts = range(0, len(images), batch_size)
    parts = (np.asarray(images[i : i + batch_size], np.float32) for i in starts)
    tracked = track(parts, "Features of images", len(images), "images", len)
    return np.concatenate([np.asarray(function(tf.constant(p))) for p in tracked])
