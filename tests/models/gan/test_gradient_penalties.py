"""Penalties on slopes: closed forms, and their own gradients."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gan.gradient_penalties import one_centered_penalty
from kerazoo.models.gan.gradient_penalties import zero_centered_penalty

SHAPE = (2, 3, 1)
RANDOM = np.random.default_rng(0)
KERNEL = RANDOM.normal(size=6).astype("float32")
REAL, FAKE = RANDOM.normal(size=(2, 5, *SHAPE)).astype("float32")
SHARE = np.array([0, 0.25, 0.5, 0.9, 1], "float32")
_HALF = RANDOM.normal(size=(6, 6)).astype("float32")
MATRIX = (_HALF + _HALF.T) / 2


def flat(x):
    return tf.reshape(x, (-1, 6))


def linear(x):
    return tf.linalg.matvec(flat(x), KERNEL)


def quadratic(x):
    """Slope: the matrix times x, plus the kernel."""
    curved = tf.reduce_sum(flat(x) @ MATRIX * flat(x), axis=1)
    return curved / 2 + linear(x)


def slopes(x):
    return x.reshape(-1, 6) @ MATRIX + KERNEL


def tensors(*arrays):
    return [tf.constant(array) for array in arrays]


def test_zero_centred_penalty_of_a_linear_discriminator():
    logits, penalty = zero_centered_penalty(linear, tf.constant(REAL))
    np.testing.assert_allclose(logits, REAL.reshape(5, 6) @ KERNEL, rtol=1e-5)
    np.testing.assert_allclose(penalty, np.full(5, (KERNEL**2).sum()), rtol=1e-5)


def test_zero_centred_penalty_of_a_quadratic_discriminator():
    logits, penalty = zero_centered_penalty(quadratic, tf.constant(REAL))
    np.testing.assert_allclose(logits, quadratic(REAL), rtol=1e-6)
    np.testing.assert_allclose(penalty, (slopes(REAL) ** 2).sum(axis=1), rtol=1e-5)


def test_one_centred_penalty_of_a_linear_discriminator():
    penalty = one_centered_penalty(linear, *tensors(REAL, FAKE, SHARE))
    expected = (np.linalg.norm(KERNEL) - 1) ** 2
    np.testing.assert_allclose(penalty, np.full(5, expected), rtol=1e-5)
    unit = KERNEL / np.linalg.norm(KERNEL)
    penalty = one_centered_penalty(
        lambda x: tf.linalg.matvec(flat(x), unit), *tensors(REAL, FAKE, SHARE)
    )
    np.testing.assert_allclose(penalty, np.zeros(5), atol=1e-10)


def test_one_centred_penalty_is_of_points_between():
    penalty = one_centered_penalty(quadratic, *tensors(REAL, FAKE, SHARE))
    share = SHARE.reshape(5, 1, 1, 1)
    norms = np.linalg.norm(slopes(share * REAL + (1 - share) * FAKE), axis=1)
    np.testing.assert_allclose(penalty, (norms - 1) ** 2, rtol=1e-4)


def test_points_are_penalised_like_images():
    points = tf.constant(REAL.reshape(5, 6))
    for shaped, plain in zip(
        zero_centered_penalty(quadratic, tf.constant(REAL)),
        zero_centered_penalty(quadratic, points),
        strict=True,
    ):
        np.testing.assert_allclose(plain, shaped, rtol=1e-6)


class Network:
    """Two dense layers with weights in one vector, of examples of six numbers."""

    def __init__(self):
        self.theta = tf.Variable(RANDOM.normal(size=32).astype("float32") / 2)

    def __call__(self, x):
        kernel = tf.reshape(self.theta[:24], (6, 4))
        hidden = tf.tanh(flat(x) @ kernel + self.theta[24:28])
        return tf.linalg.matvec(hidden, self.theta[28:])


@pytest.mark.parametrize("kind", ["zero", "one"])
def test_gradient_by_the_weights_is_that_of_finite_differences(kind):
    network = Network()
    real, fake, share = tensors(REAL, FAKE, SHARE)

    @tf.function
    def mean():
        if kind == "zero":
            return tf.reduce_mean(zero_centered_penalty(network, real)[1])
        return tf.reduce_mean(one_centered_penalty(network, real, fake, share))

    with tf.GradientTape() as tape:
        penalty = mean()
    found = tape.gradient(penalty, network.theta).numpy()
    start, step = network.theta.numpy(), 1e-2
    expected = []
    for direction in step * np.eye(32, dtype="float32"):
        ends = []
        for sign in (1, -1):
            network.theta.assign(start + sign * direction)
            ends.append(float(mean()))
        expected.append((ends[0] - ends[1]) / (2 * step))
    assert np.abs(found).max() > 0.1
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_flat_discriminator_gives_no_nan():
    kernel = tf.Variable(tf.zeros(6))

    def discriminate(x):
        return tf.linalg.matvec(flat(x), kernel)

    with tf.GradientTape(persistent=True) as tape:
        zero = zero_centered_penalty(discriminate, tf.constant(REAL))[1]
        one = one_centered_penalty(discriminate, *tensors(REAL, FAKE, SHARE))
    np.testing.assert_array_equal(zero, np.zeros(5))
    np.testing.assert_allclose(one, np.ones(5), rtol=1e-5)
    for penalty in (zero, one):
        np.testing.assert_array_equal(tape.gradient(penalty, kernel), np.zeros(6))


def test_half_precision_discriminator_is_penalised_in_float32():
    def discriminate(x):
        return tf.linalg.matvec(
            tf.cast(flat(x), tf.bfloat16), KERNEL.astype("bfloat16")
        )

    _, penalty = zero_centered_penalty(discriminate, tf.constant(REAL))
    assert penalty.dtype == tf.float32
    np.testing.assert_allclose(penalty, np.full(5, (KERNEL**2).sum()), rtol=0.02)
