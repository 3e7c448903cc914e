"""The convolutions of Mnih et al., 2015, for Atari."""

import keras


def make_layers() -> list[keras.layers.Layer]:
    """Makes the layers, see `kerazoo.models.dqn.torsos.torso_layers`.

    [Mnih et al., 2015](https://doi.org/10.1038/nature14236), Methods; one dense layer
    of 512 follows there.
    """
    convolutions = [
        keras.layers.Conv2D(filters, size, stride, activation="relu")
        for filters, size, stride in ((32, 8, 4), (64, 4, 2), (64, 3, 1))
    ]
    return [*convolutions, keras.layers.Flatten()]
