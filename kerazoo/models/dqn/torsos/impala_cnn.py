"""The residual convolutions of Espeholt et al., 2018."""

import keras

from kerazoo.models.dqn.torsos.residual_stage import ResidualStage


def make_layers() -> list[keras.layers.Layer]:
    """Makes the layers, see `kerazoo.models.dqn.torsos.torso_layers`.

    [Espeholt et al., 2018](https://arxiv.org/abs/1802.01561), Figure 3, right; one
    dense layer of 256 follows there.
    """
    stages = [ResidualStage(filters) for filters in (16, 32, 32)]
    return [*stages, keras.layers.ReLU(), keras.layers.Flatten()]
