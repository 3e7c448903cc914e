"""Latents and labels that depend on nothing but a seed."""

import math

import tensorflow as tf

from kerazoo.layers.tensor import Tensor

_LABELS = 1  # Told apart from the latents of the same seed.


def sample_latents(
    count: int | Tensor,
    size: int,
    seed: int | Tensor,
    truncation: float | Tensor | None = None,
) -> Tensor:
    r"""Returns normal latents without values beyond a bound.

    The truncation trick of [Brock et al., 2019](https://arxiv.org/abs/1809.11096),
    Section 3.1: a smaller bound makes examples that are better and more alike. Values
    are \(\sqrt2 \, \mathrm{erf}^{-1}(u \, \mathrm{erf}(t / \sqrt2))\) of u uniform in
    (-1, 1), so that a latent moves smoothly with the bound t.

    Args:
        count: int or int scalar tensor. Number of latents B.
        size: int. Size Z of a latent.
        seed: int or int scalar tensor. Equal seeds give equal latents.
        truncation: float, float scalar tensor or None for no bound. t, above 0.

    Returns:
        float32 `(B, Z)`.

    Raises:
        ValueError: If `truncation` is a number, and not positive.

    Example:

    ```python
    sample_latents(16, 64, seed=0, truncation=0.7)  # (16, 64) from -0.7 to 0.7.
    ```
    """
    if truncation is not None and not tf.is_tensor(truncation) and not truncation > 0:
        raise ValueError(
            f"`truncation` must be positive. Received: truncation={truncation}"
        )
    pair = tf.stack([tf.cast(seed, tf.int32), 0])
    uniform = tf.random.stateless_uniform((count, size), pair, minval=-1, maxval=1)
    bound = 1.0
    if truncation is not None:
        bound = tf.math.erf(tf.cast(truncation, tf.float32) / math.sqrt(2))
    # The ends belong to infinite values; so does 1 - 2^-24, as TensorFlow rounds.
    largest = 1 - 2**-23
    share = tf.clip_by_value(uniform * bound, -largest, largest)
    return math.sqrt(2) * tf.math.erfinv(share)


def sample_labels(labels: Tensor, num_classes: int, seed: int | Tensor) -> Tensor:
    """Replaces labels of -1 by random ones.

    Args:
        labels: int32 `(B,)`, -1 for any.
        num_classes: int.
        seed: int or int scalar tensor.

    Returns:
        int32 `(B,)`.

    Example:

    ```python
    sample_labels(tf.constant([3, -1]), 10, seed=0)  # 3 and any of 0 to 9.
    ```
    """
    pair = tf.stack([tf.cast(seed, tf.int32), _LABELS])
    drawn = tf.random.stateless_uniform(
        tf.shape(labels), pair, maxval=num_classes, dtype=tf.int32
    )
    return tf.where(labels < 0, drawn, labels)
