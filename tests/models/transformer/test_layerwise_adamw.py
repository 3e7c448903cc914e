import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer import LayerwiseAdamW
from kerazoo.training import strategy as strategies

GRADIENTS = np.random.default_rng(0).normal(size=(5, 2, 3)).astype("float32")


def variables(count=2):
    start = np.linspace(1, 2, 3, dtype="float32")
    return [keras.Variable(start) for _ in range(count)]


def take_steps(optimizer, own, gradients=GRADIENTS):
    for step in gradients:
        optimizer.apply([tf.constant(g) for g in step], own)
    return [v.numpy() for v in own]


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_without_rates_it_is_keras_adamw(decay):
    found = take_steps(LayerwiseAdamW(0.1, decay), variables())
    expected = take_steps(keras.optimizers.AdamW(0.1, decay), variables())
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_each_weight_goes_at_its_own_rate():
    optimizer, own = LayerwiseAdamW(0.1, 0.2), variables()
    optimizer.set_rates([(own[0], 0.3, 0), (own[1], 1.0, 0)])
    low, high = take_steps(optimizer, own)
    for found, rate, i in ((low, 0.03, 0), (high, 0.1, 1)):
        alone = keras.optimizers.AdamW(rate, 0.2)
        (expected,) = take_steps(alone, variables(1), GRADIENTS[:, i : i + 1])
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_weight_waits_for_its_step():
    optimizer, own = LayerwiseAdamW(0.1, 0.2), variables()
    optimizer.set_rates([(own[0], 1.0, 3)])
    start = own[0].numpy()
    for step, gradients in enumerate(GRADIENTS):
        take_steps(optimizer, own, gradients[None])
        assert (own[0].numpy() == start).all() == (step < 3), step
    # The other one did not wait.
    expected = take_steps(keras.optimizers.AdamW(0.1, 0.2), variables())[1]
    np.testing.assert_allclose(own[1].numpy(), expected, rtol=1e-6)


def test_vectors_that_do_not_decay():
    optimizer, own = LayerwiseAdamW(0.1, 0.2), variables()
    optimizer.exclude_from_weight_decay(var_list=own[:1])
    found = take_steps(optimizer, own)
    expected = keras.optimizers.AdamW(0.1, 0.2)
    others = variables()
    expected.exclude_from_weight_decay(var_list=others[:1])
    np.testing.assert_allclose(found, take_steps(expected, others), rtol=1e-6)


def test_two_replicas_are_one():
    # Two strategies on the same devices would use the same keys for their sums.
    strategy = strategies.create("mirrored", num_devices=2)
    with strategy.scope():
        own = variables()
        optimizer = LayerwiseAdamW(0.1, 0.2)
        optimizer.set_rates([(own[0], 0.3, 1), (own[1], 0.5, 0)])
        optimizer.build(own)

    def step(gradients):
        optimizer.apply_gradients(zip(tf.unstack(gradients / 2), own))

    run = tf.function(lambda gradients: strategy.run(step, args=(gradients,)))
    for gradients in GRADIENTS:
        run(tf.constant(gradients))
    single, others = LayerwiseAdamW(0.1, 0.2), variables()
    single.set_rates([(others[0], 0.3, 1), (others[1], 0.5, 0)])
    expected = take_steps(single, others)
    np.testing.assert_allclose([v.numpy() for v in own], expected, rtol=1e-6)
