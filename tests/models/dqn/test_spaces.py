import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from gymnasium import spaces

from kerazoo.models.dqn import spaces as dqn_spaces

# Each with the shape and dtype of its flat form, worked out by hand.
SPACES = {
    "box": (spaces.Box(-2, 2, (3,), np.float32), (3,), np.float32),
    "double box": (spaces.Box(-2, 2, (3,), np.float64), (3,), np.float64),
    "scalar box": (spaces.Box(-2, 2, (), np.float32), (), np.float32),
    "image": (spaces.Box(0, 255, (4, 6, 3), np.uint8), (4, 6, 3), np.uint8),
    "discrete": (spaces.Discrete(5), (5,), np.uint8),
    "discrete from 3": (spaces.Discrete(4, start=3), (4,), np.uint8),
    "discrete from -2": (spaces.Discrete(4, start=-2), (4,), np.uint8),
    "multi-discrete": (spaces.MultiDiscrete([3, 2]), (5,), np.uint8),
    "multi-discrete 2-d": (spaces.MultiDiscrete([[2, 3], [4, 2]]), (11,), np.uint8),
    "multi-discrete start": (
        spaces.MultiDiscrete([3, 2], start=[-1, 7]),
        (5,),
        np.uint8,
    ),
    "multi-binary": (spaces.MultiBinary(4), (4,), np.uint8),
    "multi-binary 2-d": (spaces.MultiBinary((2, 3)), (6,), np.uint8),
    "sorted dict": (
        spaces.Dict({"b": spaces.Box(-1, 1, (2, 2)), "a": spaces.MultiBinary(3)}),
        (7,),
        np.float32,
    ),
    "dict in the order of its keywords": (
        spaces.Dict(b=spaces.Box(-1, 1, (2, 2)), a=spaces.MultiBinary(3)),
        (7,),
        np.float32,
    ),
    "dict of one-hots": (
        spaces.Dict(a=spaces.Discrete(3), b=spaces.MultiBinary(2)),
        (5,),
        np.uint8,
    ),
    "dict of float32 and int64": (
        spaces.Dict(a=spaces.Discrete(3), b=spaces.Box(-1, 1, (2,), np.float32)),
        (5,),
        np.float64,
    ),
    "dict of pixels": (
        spaces.Dict(a=spaces.MultiBinary(2), b=spaces.Box(0, 255, (2, 2), np.uint8)),
        (6,),
        np.int16,
    ),
    "tuple": (
        spaces.Tuple((spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2))),
        (45,),
        np.uint8,
    ),
    "tuple of a dozen": (
        spaces.Tuple([spaces.Discrete(2 + i % 3) for i in range(12)]),
        (4 * (2 + 3 + 4),),
        np.uint8,
    ),
    "nested": (
        spaces.Dict(
            pose=spaces.Tuple(
                (
                    spaces.Box(-1, 1, (2,), np.float32),
                    spaces.Dict(gear=spaces.Discrete(3, start=1)),
                )
            ),
            keys=spaces.MultiDiscrete([2, 2]),
        ),
        (2 + 3 + 4,),
        np.float64,
    ),
}
UNSUPPORTED = {
    "text": spaces.Text(5),
    "graph": spaces.Graph(spaces.Discrete(2), None),
    "sequence": spaces.Sequence(spaces.Discrete(2)),
    "one of": spaces.OneOf((spaces.Discrete(2), spaces.Box(0, 1, (1,)))),
    "text in dict": spaces.Dict(a=spaces.Discrete(2), b=spaces.Text(5)),
    "sequence in tuple": spaces.Tuple((spaces.Sequence(spaces.Discrete(2)),)),
}


def samples(space, count=12):
    space.seed(0)
    return [space.sample() for _ in range(count)]


def leaves(space, sample):
    """The parts of a raw observation, in the order of the space."""
    if isinstance(space, spaces.Dict):
        for key, child in space.spaces.items():
            yield from leaves(child, sample[key])
    elif isinstance(space, spaces.Tuple):
        for child, part in zip(space.spaces, sample):
            yield from leaves(child, part)
    else:
        yield sample


def raw_batch(space, observations):
    """Batches raw observations under the names of `raw_signature`."""
    parts = zip(*(leaves(space, observation) for observation in observations))
    signature = dqn_spaces.raw_signature(space)
    return {
        name: tf.constant(np.stack(part), spec.dtype)
        for (name, spec), part in zip(signature.items(), parts, strict=True)
    }


class SpaceEnv(gymnasium.Env):
    """Observes samples of a space."""

    action_space = spaces.Discrete(2)

    def __init__(self, space):
        self.observation_space = space

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        return self.observation_space.sample(), 0.0, False, False, {}


@pytest.mark.parametrize("name", SPACES)
def test_flat_space_has_the_expected_shape_and_dtype(name):
    space, shape, dtype = SPACES[name]
    flat = dqn_spaces.flat_space(space)
    assert isinstance(flat, spaces.Box)
    assert flat.shape == shape
    assert flat.dtype == dtype


@pytest.mark.parametrize("name", SPACES)
def test_flat_space_contains_the_flattened_observations(name):
    space, shape, dtype = SPACES[name]
    flat = dqn_spaces.flat_space(space)
    for observation in samples(space):
        flattened = spaces.flatten(space, observation).reshape(shape)
        assert flat.contains(flattened.astype(dtype))


def test_a_box_stays_as_it_is():
    space = spaces.Box(np.array([-1, 0], np.float32), np.array([1, np.inf], np.float32))
    assert dqn_spaces.flat_space(space) is space


@pytest.mark.parametrize("name", SPACES)
def test_flatten_in_a_graph_equals_gymnasium(name):
    space, shape, dtype = SPACES[name]
    observations = samples(space)
    flatten = tf.function(
        lambda **tensors: dqn_spaces.flatten(space, tensors), autograph=False
    ).get_concrete_function(**dqn_spaces.raw_signature(space))
    flat = flatten(**raw_batch(space, observations))
    assert flat.dtype == dtype
    assert flat.shape == (len(observations), *shape)
    expected = [spaces.flatten(space, x).reshape(shape) for x in observations]
    np.testing.assert_array_equal(flat, expected)


@pytest.mark.parametrize("name", SPACES)
def test_flat_environment_observes_what_the_graph_makes_of_raw_observations(name):
    space, shape, dtype = SPACES[name]
    env = dqn_spaces.flatten_env(SpaceEnv(space))
    assert env.observation_space.shape == shape
    assert env.observation_space.dtype == dtype
    raw = SpaceEnv(space)
    raw_observations = [raw.reset(seed=3)[0], raw.step(0)[0], raw.step(0)[0]]
    observations = [env.reset(seed=3)[0], env.step(0)[0], env.step(0)[0]]
    for observation in observations:
        assert np.asarray(observation).dtype == dtype
        assert np.shape(observation) == shape
    np.testing.assert_array_equal(
        observations, dqn_spaces.flatten(space, raw_batch(space, raw_observations))
    )


def test_raw_signature_of_a_box_has_the_given_name():
    space = spaces.Box(0, 255, (4, 6, 3), np.uint8)
    assert dqn_spaces.raw_signature(space, "frame") == {
        "frame": tf.TensorSpec((None, 4, 6, 3), tf.uint8, "frame")
    }


def test_raw_signature_of_discrete_is_one_integer_each():
    assert dqn_spaces.raw_signature(spaces.Discrete(3, start=2)) == {
        "observation": tf.TensorSpec((None,), tf.int64, "observation")
    }


def test_raw_signature_names_parts_by_their_keys_in_order():
    signature = dqn_spaces.raw_signature(SPACES["nested"][0])
    assert list(signature.items()) == [
        (name, tf.TensorSpec(shape, dtype, name))
        for name, shape, dtype in (
            ("observation_pose_0", (None, 2), tf.float32),
            ("observation_pose_1_gear", (None,), tf.int64),
            ("observation_keys", (None, 2), tf.int64),
        )
    ]


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_spaces_without_a_fixed_size_raise(name):
    with pytest.raises(
        ValueError, match=r"must be Box, Discrete.*Received: observation_space="
    ):
        dqn_spaces.flat_space(UNSUPPORTED[name])
