"""Q-networks: Keras models from a batch of observations to action values."""

import typing

import keras
import numpy as np
from tf_agents.specs import array_spec

from kerazoo import layers
from kerazoo.models.dqn.noise import noisy_layers
from kerazoo.models.dqn.torsos import torso_layers


def q_network(
    observation_spec: array_spec.BoundedArraySpec,
    num_actions: int | typing.Sequence[int],
    hidden_units: typing.Sequence[int] = (64, 64),
    dueling: bool = False,
    seed: int | None = None,
    torso: str = "auto",
    noisy: bool = False,
    num_outputs: int | None = None,
    implicit_quantiles: bool = False,
) -> keras.Sequential:
    """Builds a Q-network that fits the observations of an environment.

    Images (rank 3, at least 36 pixels on both sides) go through the convolutions of
    [Mnih et al., 2015](https://doi.org/10.1038/nature14236), Methods; all else is
    flattened, unless `torso` says otherwise. uint8 pixels of 0 to 255 are divided by
    255 inside the model.

    Args:
        observation_spec: `BoundedArraySpec` of one observation.
        num_actions: Number of actions A, or that of each of J joints.
        hidden_units: Widths of the ReLU layers.
        dueling: Ends in a `kerazoo.layers.DuelingHead`.
        seed: Seed of the initial weights, or None.
        torso: A key of `kerazoo.models.dqn.torsos.TORSOS`: what is before the ReLU
            layers.
        noisy: ReLU layers and head are `kerazoo.layers.NoisyDense`.
        num_outputs: Outputs Z of each action, for agents that learn distributions; None
            for its value alone.
        implicit_quantiles: Ends in a `kerazoo.layers.ImplicitQuantileHead`, with the
            last ReLU layer, of `num_outputs` quantiles.

    Returns:
        `keras.Sequential`, observations `(B, ...)` to float32 `(B, A)`, or `(B, A, Z)`
        with `num_outputs`, or `(B, J, K)` as of `kerazoo.layers.BranchingHead`.

    Raises:
        ValueError: If several joints shall have noisy layers or distributions.

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
    for layer in _channels_last(spec.shape):
        model.add(layer)
    for layer in torso_layers(torso, model.output_shape[1:]):
        model.add(layer)
    noise = np.random.default_rng(None if seed is None else [seed, 1])
    *widths, last = hidden_units or (None,)
    if last is not None and not implicit_quantiles:
        widths.append(last)
    for units in widths:
        model.add(_dense(units, noisy, noise, activation="relu"))
    # Action values stay float32 under a mixed precision policy.
    options: dict[str, typing.Any] = {"dtype": "float32"}
    if not isinstance(num_actions, int):
        if noisy or num_outputs:
            raise ValueError(
                "Several joints have neither noisy layers nor distributions of returns."
            )
        model.add(layers.BranchingHead(num_actions, dueling, **options))
    elif implicit_quantiles:
        options |= {"dueling": dueling, **_noise(noisy, noise)}
        if num_outputs:
            options |= {"num_quantiles": num_outputs}
        options |= {"hidden_units": last}
        model.add(layers.ImplicitQuantileHead(num_actions, **options))
    elif dueling:
        options |= {"num_atoms": num_outputs, **_noise(noisy, noise)}
        model.add(layers.DuelingHead(num_actions, **options))
    else:
        model.add(_dense(num_actions * (num_outputs or 1), noisy, noise, **options))
        if num_outputs:
            shape = (num_actions, num_outputs)
            model.add(keras.layers.Reshape(shape, **options))
    _initialize(model, seed)
    return model


def _dense(units, noisy, random, **options):
    if noisy:
        return layers.NoisyDense(units, seed=_draw_seed(random), **options)
    return keras.layers.Dense(units, **options)


def _noise(noisy, random):
    return {"noisy": True, "seed": _draw_seed(random)} if noisy else {}


def _draw_seed(random):
    return int(random.integers(2**30))


def _initialize(model, seed):
    """Draws all kernels anew, each from a seed of its own that follows from `seed`.

    Noisy ones have theirs already.
    """
    random = np.random.default_rng(seed)
    noisy = {
        id(variable)
        for layer in noisy_layers(model)
        for variable in layer.trainable_variables
    }
    for variable in model.trainable_variables:
        if len(variable.shape) > 1 and id(variable) not in noisy:
            initializer = keras.initializers.GlorotUniform(int(random.integers(2**31)))
            variable.assign(initializer(variable.shape))


def _channels_last(shape):
    """Makes layers that move channels, and frames stacked first, to the end."""
    if len(shape) == 3:
        channels_first = shape[0] < min(shape[1:])
        return [keras.layers.Permute((2, 3, 1) if channels_first else (1, 2, 3))]
    if len(shape) == 4:
        frames, height, width, channels = shape
        return [
            keras.layers.Permute((2, 3, 1, 4)),
            keras.layers.Reshape((height, width, frames * channels)),
        ]
    return []
