import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gnn.knowledge.fused_adagrad import FusedAdagrad
from kerazoo.training import strategy as strategies

SLICES = [  # Rows of three steps; some are there twice.
    ([0, 2, 0], [[1.0, -2.0], [3.0, 0.5], [0.5, 2.5]]),
    ([1], [[4.0, 1.0]]),
    ([2, 0], [[-1.0, 1.0], [2.0, 2.0]]),
]


def dense(rows, values):
    gradient = np.zeros((3, 2))
    np.add.at(gradient, rows, values)
    return gradient


def expected():
    table, total = np.ones((3, 2)), np.zeros((3, 2))
    for slices in SLICES:
        gradient = dense(*slices)
        total += gradient**2
        table -= 0.1 * gradient / (np.sqrt(total) + 1e-10)
    return table


@pytest.mark.parametrize("is_sparse", [True, False])
@pytest.mark.parametrize("devices", [1, 2])
def test_steps_are_those_of_the_equation(is_sparse, devices):
    strategy = strategies.create("mirrored", num_devices=devices)
    with strategy.scope():
        table = keras.Variable(np.ones((3, 2), "float32"))
        optimizer = FusedAdagrad(0.1)
        optimizer.build([table])

    @tf.function(autograph=False)
    def step(rows, values):
        def apply():
            gradient = tf.constant(dense(rows, values) / devices, tf.float32)
            if is_sparse:
                parts = tf.constant(values) / devices
                shape = tf.constant([3, 2])
                gradient = tf.IndexedSlices(parts, tf.constant(rows), shape)
            optimizer.apply_gradients([(gradient, table)])

        strategy.run(apply)

    for slices in SLICES:
        step(*slices)
    np.testing.assert_allclose(table.numpy(), expected(), rtol=1e-5)


def test_config_makes_the_same_optimizer():
    optimizer = FusedAdagrad(0.3, 0.1, 1e-3)
    again = FusedAdagrad.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
