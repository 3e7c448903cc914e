"""Observation spaces of gymnasium as flat arrays, and the same inside a graph.

Training flattens with gymnasium's own `FlattenObservation`; a served policy takes
the raw observation and flattens it in the graph, in the same order.
"""

import typing

import gymnasium
import numpy as np
import tensorflow as tf
from gymnasium import spaces

from kerazoo.models.dqn.first_look import check_observation_space


def flat_space(space: gymnasium.Space) -> spaces.Box:
    """Returns the `Box` that a policy sees for an observation space.

    A `Box` stays as it is, so images stay uint8; one of bool becomes uint8. `Discrete`,
    `MultiDiscrete` and `MultiBinary` become one-hot or binary vectors of uint8, `Dict`
    and `Tuple` the concatenation of their flattened parts.

    Args:
        space: `gymnasium.Space` of one observation.

    Returns:
        `gymnasium.spaces.Box`.

    Raises:
        ValueError: If the space has no fixed size, as `Graph`, `Sequence`, `Text`.
    """
    if isinstance(space, spaces.Box):
        is_bool = space.dtype == bool
        return spaces.Box(0, 1, space.shape, np.uint8) if is_bool else space
    check_observation_space(space)
    flat = typing.cast(spaces.Box, spaces.flatten_space(space))
    is_binary = flat.low.min() >= 0 and flat.high.max() <= 1
    if np.issubdtype(flat.dtype, np.integer) and is_binary:
        # gymnasium's int64 would fill the replay eight times as fast.
        return spaces.Box(0, 1, flat.shape, np.uint8)
    return flat


def flatten_env(env: gymnasium.Env) -> gymnasium.Env:
    """Wraps an environment so that its observations are of `flat_space`."""
    space = flat_space(env.observation_space)
    if isinstance(env.observation_space, spaces.Box):
        if env.observation_space is space:
            return env
    else:
        env = gymnasium.wrappers.FlattenObservation(env)
    return gymnasium.wrappers.TransformObservation(
        env,
        lambda observation: observation.astype(space.dtype),
        space,
    )


def raw_signature(
    space: gymnasium.Space, name: str = "observation"
) -> dict[str, tf.TensorSpec]:
    """Describes a batch of raw observations as named tensors.

    Args:
        space: `gymnasium.Space` of one observation.
        name: Name of the tensor; parts of a `Dict` or `Tuple` append their key,
            as in `observation_camera`.

    Returns:
        dict of `tf.TensorSpec` with shapes `(B, ...)`, in the order of `flatten`.
    """
    return {
        key: tf.TensorSpec((None, *(part.shape or ())), part.dtype, key)
        for key, part in named_parts(space, name).items()
    }


def named_parts(
    space: gymnasium.Space, name: str = "observation"
) -> dict[str, gymnasium.Space]:
    """Returns the spaces of the named tensors of `raw_signature`.

    Args:
        space: `gymnasium.Space` of one observation.
        name: As in `raw_signature`.

    Returns:
        dict of `gymnasium.Space`, none of them a `Dict` or `Tuple`.
    """
    if not isinstance(space, spaces.Dict | spaces.Tuple):
        return {name: space}
    return {
        key: part
        for label, child in _children(space)
        for key, part in named_parts(child, f"{name}_{label}").items()
    }


def raw_inputs(
    space: gymnasium.Space, observation: typing.Any, name: str = "observation"
) -> dict[str, np.ndarray]:
    """Names the parts of one raw observation as `raw_signature` does, batch of 1.

    Args:
        space: `gymnasium.Space` of one observation.
        observation: One observation, as the environment returns it.
        name: As in `raw_signature`.

    Returns:
        dict of arrays `(1, ...)`.
    """
    if isinstance(space, spaces.Dict | spaces.Tuple):
        return {
            key: array
            for part, child in _children(space)
            for key, array in raw_inputs(
                child, observation[part], f"{name}_{part}"
            ).items()
        }
    return {name: np.asarray(observation, space.dtype)[None]}


def flatten(
    space: gymnasium.Space, tensors: dict[str, tf.Tensor], name: str = "observation"
) -> tf.Tensor:
    """Flattens raw observations in a TensorFlow graph, as gymnasium does.

    Args:
        space: `gymnasium.Space` of one observation.
        tensors: dict of tensors `(B, ...)` named as in `raw_signature`.
        name: As in `raw_signature`.

    Returns:
        Tensor `(B, ...)` of the shape and dtype of `flat_space(space)`.
    """
    if isinstance(space, spaces.Box):
        (observations,) = tensors.values()
        is_bool = observations.dtype == tf.bool
        return tf.cast(observations, tf.uint8) if is_bool else observations
    flat = flat_space(space)
    # By name: a concrete function sorts its keyword arguments.
    leaves = (tensors[part] for part in raw_signature(space, name))
    parts = [tf.cast(part, flat.dtype) for part in _flat_parts(space, leaves)]
    return tf.concat(parts, axis=-1)


def _flat_parts(space, leaves):
    if isinstance(space, spaces.Dict | spaces.Tuple):
        for _, child in _children(space):
            yield from _flat_parts(child, leaves)
        return
    leaf = next(leaves)
    if isinstance(space, spaces.Discrete):
        yield tf.one_hot(leaf - space.start, int(space.n))
    elif isinstance(space, spaces.MultiDiscrete):
        digits = tf.reshape(leaf - space.start, (-1, space.nvec.size))
        for digit, count in zip(tf.unstack(digits, axis=1), space.nvec.ravel()):
            yield tf.one_hot(digit, int(count))
    else:
        yield tf.reshape(leaf, (-1, int(np.prod(space.shape))))


def _children(space):
    if isinstance(space, spaces.Dict):
        return space.spaces.items()
    return enumerate(space.spaces)
