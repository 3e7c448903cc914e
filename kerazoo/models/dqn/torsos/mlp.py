"""No torso: numbers go to the dense layers as they are."""

import keras


def make_layers() -> list[keras.layers.Layer]:
    """Makes the layers, see `kerazoo.models.dqn.torsos.torso_layers`."""
    return [keras.layers.Flatten()]
