import kerazoo.models.dqn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.dqn.logged_data import Stretch
from kerazoo.models.dqn.logged_data import TransitionSpecs

SPECS = TransitionSpecs((2, 3), "float32", 4, action_mask=True)


def stretch_of(specs=SPECS, steps=3):
    random = np.random.default_rng(0)
    several = isinstance(specs.num_actions, tuple)
    count = len(specs.num_actions) if several else None
    shape = (steps, count) if several else (steps,)
    return Stretch(
        (200 * random.random((steps + 1, *specs.observation_shape))).astype(
            specs.observation_dtype
        ),
        random.integers(0, specs.num_actions, shape),
        random.random(steps).astype(np.float32),
        np.ones(steps, np.float32),
        random.random((steps + 1, 4)) < 0.5 if specs.action_mask else None,
        False,
    )


def assert_equal(one, other):
    for here, there in zip(one, other, strict=True):
        np.testing.assert_array_equal(here, there)
        assert np.asarray(here).dtype == np.asarray(there).dtype


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int64"])
@pytest.mark.parametrize("actions", [4, (2, 5)])
def test_record_is_read_as_it_was_written(dtype, actions):
    specs = TransitionSpecs((2, 3), dtype, actions, action_mask=actions == 4)
    stretch = stretch_of(specs)
    if dtype == "float64":  # Kept in 32 bits.
        observation = stretch.observation.astype(np.float32).astype(np.float64)
        stretch = stretch._replace(observation=observation)
    assert_equal(Stretch.decode(stretch.encode(), specs), stretch)


def test_record_is_an_example_that_tensorflow_parses():
    stretch = stretch_of()
    features = {
        "observation": tf.io.FixedLenFeature((4, 2, 3), tf.float32),
        "action": tf.io.FixedLenFeature((3,), tf.int64),
        "reward": tf.io.FixedLenFeature((3,), tf.float32),
        "discount": tf.io.FixedLenFeature((3,), tf.float32),
        "action_mask": tf.io.FixedLenFeature((4, 4), tf.int64),
        "is_first": tf.io.FixedLenFeature((), tf.int64),
    }
    found = tf.io.parse_single_example(stretch.encode(), features)
    for name in ("observation", "action", "reward", "discount"):
        np.testing.assert_array_equal(found[name], getattr(stretch, name))
    np.testing.assert_array_equal(found["action_mask"], stretch.mask)
    assert found["is_first"] == 0


def test_record_of_others_begins_an_episode_unless_it_says_otherwise():
    example = tf.train.Example.FromString(stretch_of().encode())
    del example.features.feature["is_first"]
    assert Stretch.decode(example.SerializeToString(), SPECS).is_first


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"action": np.array([0, 4, 1])}, "action must be from 0 to 3, not 4"),
        ({"reward": np.ones(2, np.float32)}, "reward must have 3 entries .* not 2"),
        ({"reward": np.full(3, np.nan, np.float32)}, "reward must be finite"),
        ({"discount": np.ones(3, int)}, "discount must be a float_list, not a int64"),
        ({"discount": np.full(3, np.nan, np.float32)}, "discount must be from 0 to 1"),
        ({"observation": np.zeros((3, 2, 3), np.float32)}, "must have 4 entries"),
        ({"observation": np.zeros(25, np.float32)}, "a multiple of 6 numbers: 25"),
        ({"mask": None}, "it has no feature action_mask"),
        ({"action": np.zeros(0, int)}, "it has no step"),
    ],
)
def test_record_of_something_else_raises(change, words):
    with pytest.raises(ValueError, match=words):
        Stretch.decode(stretch_of()._replace(**change).encode(), SPECS)


def test_bytes_that_are_no_example_raise():
    with pytest.raises(ValueError, match=r"no tf\.train\.Example"):
        Stretch.decode(b"\xff\xff\xff", SPECS)
