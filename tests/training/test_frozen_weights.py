"""Weights that are constants of a graph."""

import keras
import numpy as np
import tensorflow as tf

from kerazoo.training.frozen_weights import frozen_weights


def test_graph_has_no_variables_and_keeps_its_weights():
    network = keras.layers.Dense(3, bias_initializer="ones")
    x = tf.ones((2, 4))
    expected = network(x).numpy()

    @tf.function
    def predict(x):
        with frozen_weights(network):
            return network(x)

    np.testing.assert_allclose(predict(x), expected, rtol=1e-6)
    operations = predict.get_concrete_function(x).graph.get_operations()
    assert not any(op.type == "ReadVariableOp" for op in operations)
    network.set_weights([0 * w for w in network.get_weights()])
    np.testing.assert_array_equal(network(x), np.zeros((2, 3)))
    np.testing.assert_allclose(predict(x), expected, rtol=1e-6)
