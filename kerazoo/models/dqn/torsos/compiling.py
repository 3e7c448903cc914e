"""Whether XLA makes a network's gradient steps faster."""

import keras
import tensorflow as tf

from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D


def compiles_well(model: keras.Model) -> bool:
    """Returns whether XLA compiles a model to something fast on this machine.

    On CPUs its convolutions, and their gradients above all, take several times as long
    as TensorFlow's own; those of `PatchConv2D` are none.

    Args:
        model: Keras model.

    Example:

    ```python
    from kerazoo.models.dqn.torsos.compiling import compiles_well

    compiles_well(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))  # True
    ```
    """
    if tf.config.list_logical_devices("GPU"):
        return True
    return not any(
        isinstance(layer, keras.layers.Conv2D) and not isinstance(layer, PatchConv2D)
        for layer in model._flatten_layers(recursive=True)
    )
