"""Q-networks: Keras models from a batch of observations to action values."""

import typing

import keras
import numpy as np
from tf_agents.specs import array_spec

from kerazoo import layers


def q_network(
    observation_spec: array_spec.BoundedArraySpec,
    num_actions: int,
    hidden_units: typing.Sequence[int] = (64, 64),
    dueling: bool = False,
    seed: int | None = None,
) -> keras.Sequential:
    """Builds a Q-network that fits the observations of an environment.

    Images (rank 3, at least 36 pixels on both sides) go through the convolutions of
    [Mnih et al., 2015](https://doi.org/10.1038/nature14236), Methods; all else is
    flattened. uint8 pixels of 0 to 255 are divided by 255 inside the model.

    Args:
        observation_spec: `BoundedArraySpec` of one observation.
        num_actions: Number of actions A.
        hidden_units: Widths of the ReLU layers.
        dueling: Ends in a `kerazoo.layers.DuelingHead`.
        seed: Seed of the initial weights, or None.

    Returns:
        `keras.Sequential`, observations `(B, ...)` to float32 `(B, A)`.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    ```
    """
    spec = observation_spec
    model = keras.Sequential(name="q_network")
    model.add(keras.Input(spec.shape, dtype=np.dtype(spec.dtype).name))
    is_pixels = spec.dtype == np.uint8 and np.max(spec.maximum) == 255
    model.add(keras.layers.Rescaling(1 / 255 if is_pixels else 1.0))
    if len(spec.shape) == 3:
        model.add(_channels_last(spec.shape))
        if min(model.output_shape[1:3]) >= 36:
            for filters, size, stride in ((32, 8, 4), (64, 4, 2), (64, 3, 1)):
                model.add(keras.layers.Conv2D(filters, size, stride, activation="relu"))
    model.add(keras.layers.Flatten())
    for units in hidden_units:
        model.add(keras.layers.Dense(units, activation="relu"))
    # Action values stay float32 under a mixed precision policy.
    if dueling:
        model.add(layers.DuelingHead(num_actions, dtype="float32"))
    else:
        model.add(keras.layers.Dense(num_actions, dtype="float32"))
    _initialize(model, seed)
    return model


def _initialize(model, seed):
    """Draws all kernels anew, each from a seed of its own that follows from `seed`."""
    random = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        if len(variable.shape) > 1:
            initializer = keras.initializers.GlorotUniform(int(random.integers(2**31)))
            variable.assign(initializer(variable.shape))


def _channels_last(shape):
    """Moves the channels behind height and width, where frames were stacked first."""
    channels_first = shape[0] < min(shape[1:])
    return keras.layers.Permute((2, 3, 1) if channels_first else (1, 2, 3))
