import math

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn import losses
from kerazoo.models.gnn.known_targets_loss import KnownTargetsLoss
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError


def test_losses_are_one_value_per_example():
    logits = np.array([[0.0, math.log(3)], [math.log(4), 0.0]], "float32")
    np.testing.assert_allclose(
        losses.cross_entropy(np.array([1, 1]), logits),
        [math.log(4 / 3), math.log(5)],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        losses.binary_cross_entropy(
            np.array([1.0, 0.0], "float32"), np.array([math.log(3), 0.0], "float32")
        ),
        [math.log(4 / 3), math.log(2)],
        rtol=1e-6,
    )


def test_squared_error_in_units_of_a_scale():
    loss = ScaledSquaredError(2.0, name="loss")
    values = loss(np.array([1.0, 3.0], "float32"), np.array([5.0, 3.0], "float32"))
    np.testing.assert_array_equal(values, [4, 0])
    assert ScaledSquaredError.from_config(loss.get_config()).scale == 2


def test_loss_of_the_targets_that_are_known():
    """Over all examples, the mean of what is known, however they are batched."""
    random = np.random.default_rng(0)
    targets = random.integers(0, 2, (50, 3)).astype("float32")
    targets[random.random((50, 3)) < 0.4] = np.nan
    outputs = random.normal(size=(50, 3)).astype("float32")
    known = ~np.isnan(targets)
    probabilities = 1 / (1 + np.exp(-outputs))
    likelihood = np.where(targets == 1, probabilities, 1 - probabilities)
    loss = KnownTargetsLoss(share=known.mean(), name="loss")
    values = np.asarray(loss(targets, outputs))
    assert values.shape == (50,)
    np.testing.assert_allclose(values.mean(), -np.log(likelihood[known]).mean(), 1e-5)
    loss = KnownTargetsLoss(known.mean(), scales=[1.0, 2.0, 4.0])
    errors = ((outputs - targets) / [1, 2, 4]) ** 2
    found = np.asarray(loss(targets, outputs)).mean()
    np.testing.assert_allclose(found, errors[known].mean(), 1e-5)
    again = KnownTargetsLoss.from_config(loss.get_config())
    assert again.get_config() == loss.get_config()


def test_what_is_not_known_has_no_gradient():
    loss = KnownTargetsLoss(scales=[1.0, 1.0])
    outputs = tf.Variable([[2.0, 3.0]])
    with tf.GradientTape() as tape:
        value = loss(np.array([[1.0, np.nan]], "float32"), outputs)
    np.testing.assert_array_equal(tape.gradient(value, outputs), [[1, 0]])
