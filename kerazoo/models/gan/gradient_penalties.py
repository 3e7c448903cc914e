"""Penalties on the slope of a discriminator."""

import typing

import tensorflow as tf

from kerazoo.layers.tensor import Tensor


def zero_centered_penalty(
    discriminate: typing.Callable[[Tensor], Tensor], examples: Tensor
) -> tuple[Tensor, Tensor]:
    r"""Returns \(\lVert \nabla_x D(x) \rVert^2\), the penalty R1 or R2.

    R1 on real examples, R2 on generated ones
    ([Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), Equation 9).

    Args:
        discriminate: Function of examples `(B, ...)` to logits `(B,)`, each of its
            own example.
        examples: float `(B, ...)`.

    Returns:
        The pair of the logits, float `(B,)`, and the penalty of each example, float32
        `(B,)`.

    Example:

    ```python
    real = tf.constant(images)
    logits, penalty = zero_centered_penalty(model.discriminator, real)
    loss = tf.reduce_mean(0.1 / 2 * penalty)
    ```
    """
    logits, gradient = _slope(discriminate, examples)
    return logits, _squared_norm(gradient)


def one_centered_penalty(
    discriminate: typing.Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    share: Tensor,
) -> Tensor:
    r"""Returns \((\lVert \nabla_{\hat x} D(\hat x) \rVert - 1)^2\).

    \(\hat x\) lies between a real and a generated example
    ([Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), Equation 3).

    Args:
        discriminate: As of `zero_centered_penalty`.
        real: float `(B, ...)`.
        fake: float `(B, ...)`.
        share: float `(B,)` in [0, 1], uniformly random: how much of the real example.

    Returns:
        float32 `(B,)`.

    Example:

    ```python
    share = tf.random.uniform((len(images),))
    penalty = one_centered_penalty(model.discriminator, images, -images, share)
    loss = tf.reduce_mean(10 * penalty)
    ```
    """
    share = tf.reshape(share, (-1, *[1] * (len(real.shape) - 1)))
    _, gradient = _slope(discriminate, share * real + (1 - share) * fake)
    # The root has no slope at 0: a flat discriminator must not give NaN.
    norm = tf.sqrt(_squared_norm(gradient) + 1e-12)
    return tf.square(norm - 1)


def _slope(discriminate, examples):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(examples)
        logits = discriminate(examples)
    return logits, tape.gradient(logits, examples)


def _squared_norm(gradient):
    axes = list(range(1, len(gradient.shape)))
    return tf.reduce_sum(tf.square(tf.cast(gradient, tf.float32)), axes)
