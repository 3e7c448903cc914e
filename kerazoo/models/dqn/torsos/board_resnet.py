"""Residual convolutions that keep the size of a board."""

import keras

from kerazoo.models.dqn.torsos.residual_stage import ResidualStage


def make_layers() -> list[keras.layers.Layer]:
    """Makes the layers, see `kerazoo.models.dqn.torsos.torso_layers`.

    A small one of the networks of
    [Silver et al., 2017](https://doi.org/10.1038/nature24270), Methods, without
    normalisation: 32 channels, two residual blocks.
    """
    stage = ResidualStage(32, blocks=2, halves=False)
    return [stage, keras.layers.ReLU(), keras.layers.Flatten()]
