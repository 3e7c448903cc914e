import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.replica_noise import separate_noise

UNITS = 256


def dropped(strategy, separate=True, draws=3):
    """Which units each draw drops on each replica, `(draws, replicas, UNITS)`."""
    with strategy.scope():
        layer = keras.layers.Dropout(0.5, seed=7)
        layer.build((None, UNITS))
    if separate:
        separate_noise(layer)

    @tf.function
    def draw():
        return strategy.run(lambda: layer(tf.ones((1, UNITS)), training=True))

    found = [strategy.experimental_local_results(draw()) for _ in range(draws)]
    return np.array([[output[0] == 0 for output in outputs] for outputs in found])


@pytest.fixture(scope="module")
def two_replicas():
    return strategies.create("mirrored", num_devices=2)


def test_replicas_drop_independent_units(two_replicas):
    same = dropped(two_replicas, separate=False)
    assert (same[:, 0] == same[:, 1]).all()  # What the layer is for.
    found = dropped(two_replicas)
    for one, other in found:
        assert 0.35 < np.mean(one == other) < 0.65
        assert 0.35 < other.mean() < 0.65


def test_successive_draws_differ_and_are_no_draws_of_the_other_replica(two_replicas):
    draws = dropped(two_replicas, draws=4).reshape(8, UNITS)
    assert len({draw.tobytes() for draw in draws}) == 8


@pytest.mark.parametrize("separate", [True, False])
def test_first_replica_draws_as_one_device_and_as_keras(two_replicas, separate):
    keras_own = dropped(tf.distribute.get_strategy(), separate=False)
    np.testing.assert_array_equal(
        dropped(two_replicas, separate)[:, 0], keras_own[:, 0]
    )
    np.testing.assert_array_equal(dropped(strategies.create("one_device")), keras_own)


def test_every_noise_layer_of_a_model_draws_apart(two_replicas):
    class Noisy(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [keras.layers.GaussianNoise(1.0), keras.layers.Dropout(0.5)]

        def call(self, inputs, training=False):
            for part in self.parts:
                inputs = part(inputs, training=training)
            return inputs

    inputs = keras.Input((UNITS,))
    with two_replicas.scope():
        noise = Noisy()
        model = keras.Model(inputs, noise(inputs))
    names = [variable.path for variable in model.variables]
    separate_noise(model)
    outputs = two_replicas.experimental_local_results(
        two_replicas.run(lambda: model(tf.ones((1, UNITS)), training=True))
    )
    zeros = [output.numpy() == 0 for output in outputs]
    assert (zeros[0] != zeros[1]).any()
    kept = ~(zeros[0] | zeros[1])
    assert (outputs[0].numpy()[kept] != outputs[1].numpy()[kept]).all()
    # The counters that a checkpoint saves are the same ones.
    assert [variable.path for variable in model.variables] == names
