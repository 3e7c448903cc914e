import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.fused_adam import FusedAdam


def trained(kind, strategy, compiled=None):
    """Weights, momentums and all after steps of pseudo-random gradients."""
    with strategy.scope():
        variables = [
            keras.Variable(np.linspace(-1, 1, size).reshape(-1, 2), dtype="float32")
            for size in (6, 4)
        ]
        optimizer = kind(0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-4)
        optimizer.build(variables)

    def step(i):
        scale = tf.cast(i + 1, tf.float32)
        gradients = [tf.sin(v.value * 9 * scale) for v in variables]
        optimizer.apply_gradients(list(zip(gradients, variables)))

    @tf.function(jit_compile=compiled)
    def train():
        for i in range(4):
            strategy.run(step, (i,))

    for _ in range(2):
        train()
    assert optimizer.iterations.numpy() == 8
    return [v.numpy() for v in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("devices", [1, 2])
def test_updates_are_those_of_adam(devices):
    strategy = strategies.create("mirrored", num_devices=devices)
    ours = trained(FusedAdam, strategy)
    theirs = trained(keras.optimizers.Adam, strategy)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_xla_compiles_it():
    strategy = strategies.create("one_device")
    ours = trained(FusedAdam, strategy, compiled=True)
    for a, b in zip(ours, trained(FusedAdam, strategy), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
