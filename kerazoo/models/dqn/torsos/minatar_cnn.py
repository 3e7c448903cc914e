"""The convolution of Young & Tian, 2019, for MinAtar."""

import keras

from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D


def make_layers() -> list[keras.layers.Layer]:
    """Makes the layers, see `kerazoo.models.dqn.torsos.torso_layers`.

    [Young & Tian, 2019](https://arxiv.org/abs/1903.03176), Section 3; one dense layer
    of 128 follows there.
    """
    return [PatchConv2D(16, 3, activation="relu"), keras.layers.Flatten()]
