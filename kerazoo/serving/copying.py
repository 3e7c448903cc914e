"""Models without the strategy they were trained under."""

import keras
import tensorflow as tf


def plain_copy(model: keras.Model) -> keras.Model:
    """Returns the same Keras model outside of any strategy, to be exported.

    Args:
        model: Keras model, built, whose config is complete.

    Example:

    ```python
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        trained = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    served = plain_copy(trained)
    ```
    """
    with tf.device("CPU:0"):
        copy = type(model).from_config(model.get_config())
        if not copy.built:
            copy.build_from_config(model.get_build_config())
        copy.set_weights([variable.value.numpy() for variable in model.weights])
    return copy
