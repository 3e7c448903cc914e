"""A batch in pieces is the batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.towers import in_towers

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(size=(7, 4, 4, 2)).astype("float32")


class Network(keras.Model):
    """A convolution whose calls are counted, times a number of each example."""

    def __init__(self):
        super().__init__()
        self.convolution = keras.layers.Conv2D(3, 2)
        self.calls = []

    def call(self, inputs, training=False):
        images, factors = inputs
        self.calls.append(images.shape[0])
        return self.convolution(images) * factors[:, None, None, None]


def inputs(size):
    return [tf.constant(IMAGES[:size]), tf.range(1.0, size + 1.0)]


@pytest.mark.parametrize(
    ("size", "towers", "pieces"),
    [(7, 1, [7]), (7, 2, [4, 3]), (7, 3, [3, 3, 1]), (4, 3, [4]), (1, 2, [1])],
)
def test_pieces_make_the_whole(size, towers, pieces):
    network = Network()
    expected = network(inputs(size)).numpy()
    network.calls.clear()
    found = in_towers(network, inputs(size), towers)
    assert network.calls == pieces
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_equal_pieces_are_traced_once_in_training():
    network = Network()
    network(inputs(6))
    network.calls.clear()

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(in_towers(network, inputs(6), 2, training=True) ** 2)
        return tape.gradient(loss, network.trainable_variables)

    found = gradient()
    assert network.calls == [3]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(network(inputs(6)) ** 2)
    for value, other in zip(found, tape.gradient(loss, network.trainable_variables)):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-4)


def test_replica_without_an_example_returns_none():
    strategy = strategies.create("mirrored", num_devices=2)
    with strategy.scope():
        network = Network()
        network(inputs(1))

    def part(context):
        return inputs(1 - context.replica_id_in_sync_group)

    data = strategy.experimental_distribute_values_from_function(part)
    run = tf.function(lambda x: strategy.run(in_towers, args=(network, x)))
    one, none = strategy.experimental_local_results(run(data))
    np.testing.assert_allclose(one, network(inputs(1)), rtol=1e-5, atol=1e-6)
    assert none.shape == (0, 3, 3, 3)
