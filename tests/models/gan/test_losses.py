"""Adversarial losses: worked out by hand, differentiated, and by their invariances."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.gan.losses import LOSSES

LN2, LN3 = math.log(2), math.log(3)
# Sigmoids of 3/4, 1/4, 1/2 and 3/4 for real, of 1/4, 1/2, 3/4 and 3/4 for fake.
REAL = np.array([LN3, -LN3, 0, LN3], "float32")
FAKE = np.array([-LN3, 0, LN3, LN3], "float32")


def values(function, real=REAL, fake=FAKE):
    return ops.convert_to_numpy(function(ops.array(real), ops.array(fake)))


def gradients(function, real=REAL, fake=FAKE):
    """Returns the derivatives by both logits, zeros where there is no dependence."""

    def total(real, fake):  # Of both, even if one makes no difference.
        return ops.sum(function(real, fake)) + 0 * ops.sum(real + fake)

    backend = keras.backend.backend()
    inputs = [ops.array(real, "float32"), ops.array(fake, "float32")]
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = total(*inputs)
        found = tape.gradient(outputs, inputs)
    elif backend == "jax":
        import jax

        found = jax.grad(total, argnums=(0, 1))(*inputs)
    else:
        inputs = [x.requires_grad_() for x in inputs]
        total(*inputs).backward()
        found = [x.grad for x in inputs]
    return [ops.convert_to_numpy(x) for x in found]


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        (
            "non_saturating",
            # -log D(x) - log(1 - D(G(z))) and -log D(G(z)).
            [2 * math.log(4 / 3), 3 * LN2, 3 * LN2, math.log(16 / 3)],
            [2 * LN2, LN2, math.log(4 / 3), math.log(4 / 3)],
        ),
        (
            "relativistic",
            # The sigmoid of twice ln 3 is 9/10.
            [math.log(10 / 9), 2 * LN2, 2 * LN2, LN2],
            [math.log(10), math.log(4 / 3), math.log(4 / 3), LN2],
        ),
    ],
)
def test_losses_of_sigmoids_by_hand(name, discriminator, generator):
    loss = LOSSES[name]
    np.testing.assert_allclose(values(loss.discriminator), discriminator, rtol=1e-5)
    np.testing.assert_allclose(values(loss.generator), generator, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("least_squares", [1, 2.125, 1.25], [2, 1.125, 0.125]),
        ("hinge", [0, 2.5, 3], [1, 0.5, -1.5]),
        ("wasserstein", [-3, 0.5, 1], [1, 0.5, -1.5]),
    ],
)
def test_losses_of_logits_by_hand(name, discriminator, generator):
    real, fake = np.array([2.0, -1.0, 0.5]), np.array([-1.0, -0.5, 1.5])
    loss = LOSSES[name]
    found = [values(function, real, fake) for function in loss[:2]]
    np.testing.assert_allclose(found, [discriminator, generator], rtol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_gradients_are_those_of_finite_differences(name, player):
    function = getattr(LOSSES[name], player)
    random = np.random.default_rng(0)
    # Off the corners of the hinge, at 1 and -1.
    real, fake = (random.integers(-8, 8, (2, 16)) / 4 + 0.1).astype("float32")
    step = np.float32(0.01)
    expected = [
        values(function, real + step, fake) - values(function, real - step, fake),
        values(function, real, fake + step) - values(function, real, fake - step),
    ]
    for found, difference in zip(gradients(function, real, fake), expected):
        np.testing.assert_allclose(found, difference / (2 * step), atol=1e-3)


@pytest.mark.parametrize("name", LOSSES)
def test_players_pull_in_opposite_directions(name):
    real, fake = np.array([-0.5, 0.4]), np.array([0.3, 0.2])
    by_real, by_fake = gradients(LOSSES[name].discriminator, real, fake)
    assert (by_real < 0).all() and (by_fake > 0).all()
    by_real, by_fake = gradients(LOSSES[name].generator, real, fake)
    assert (by_real >= 0).all() and (by_fake < 0).all()


@pytest.mark.parametrize("name", LOSSES)
def test_only_relative_losses_leave_the_level_of_logits_open(name):
    shifts = [
        np.abs(
            np.array(gradients(function, REAL + 1.5, FAKE + 1.5))
            - np.array(gradients(function))
        ).max()
        for function in LOSSES[name][:2]
    ]
    if LOSSES[name].is_relative:
        assert max(shifts) < 1e-6
    else:
        assert shifts[0] > 0.1


def test_relativistic_loss_sees_differences_alone():
    for function in LOSSES["relativistic"][:2]:
        for level in (-7.0, 3.0):
            np.testing.assert_allclose(
                values(function, REAL + level, FAKE + level),
                values(function),
                rtol=1e-5,
            )
        by_real, by_fake = gradients(function)
        np.testing.assert_allclose(by_real, -by_fake, atol=1e-7)
    # Each game's loss is the other's with the players exchanged.
    discriminator, generator = LOSSES["relativistic"][:2]
    np.testing.assert_array_equal(values(generator), values(discriminator, FAKE, REAL))


def test_pairs_do_not_see_each_other():
    for loss in LOSSES.values():
        for function in loss[:2]:
            whole = values(function)
            assert whole.shape == (4,)
            for i in range(4):
                own = values(function, REAL[i : i + 1], FAKE[i : i + 1])
                np.testing.assert_allclose(own, whole[i : i + 1], rtol=1e-6)


def test_huge_logits_give_finite_losses_and_gradients():
    real = np.array([-200.0, 200.0, 1e4], "float32")
    for name in ("non_saturating", "relativistic"):
        discriminator, generator = LOSSES[name][:2]
        zero = np.zeros(3, "float32")
        np.testing.assert_allclose(
            values(discriminator, real, zero),
            np.array([200, 0, 0]) + (LN2 if name == "non_saturating" else 0),
            rtol=1e-6,
        )
        # A generator that is seen through by far still is told where to go.
        _, slope = gradients(generator, np.maximum(real, 0), -np.abs(real))
        np.testing.assert_allclose(slope, [-1, -1, -1], rtol=1e-6)
