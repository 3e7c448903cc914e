"""Weights as constants of a traced graph."""

import contextlib

import keras
import tensorflow as tf


def frozen_weights(network: keras.Model) -> contextlib.AbstractContextManager:
    """Returns a scope in which the weights of a network are constants.

    TensorFlow then prepares them once, casts and layouts included. Enter the scope
    where the network is called, inside of a loop's body: what a loop captures is no
    constant in it. The graph does not follow later training.

    Args:
        network: Keras model, built.

    Returns:
        Context manager.

    Example:

    ```python
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])

    @tf.function
    def predict(x):
        with frozen_weights(network):
            return network(x)

    predict(tf.ones((2, 3)))
    ```
    """
    with tf.init_scope():
        values = [weight.numpy() for weight in network.weights]
    pairs = zip(network.weights, map(tf.constant, values), strict=True)
    return keras.StatelessScope(state_mapping=list(pairs))
