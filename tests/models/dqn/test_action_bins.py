import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from kerazoo.models.dqn.action_bins import ActionBins
from kerazoo.models.dqn.action_bins import BinnedActions


class Arm(gymnasium.Env):
    """Gives back the action it got."""

    observation_space = spaces.Box(-np.inf, np.inf, (2,), np.float32)
    action_space = spaces.Box(np.float32([-1, 0]), np.float32([1, 10]))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action):
        assert self.action_space.contains(action)
        return action, 0.0, False, False, {}


def test_bins_are_even_and_have_the_bounds():
    bins = ActionBins(Arm.action_space, 5)
    assert bins.space == spaces.MultiDiscrete([5, 5])
    np.testing.assert_allclose(
        bins.values, [[-1, -0.5, 0, 0.5, 1], [0, 2.5, 5, 7.5, 10]]
    )
    np.testing.assert_array_equal(bins.action([0, 4]), Arm.action_space.high * [-1, 1])


def test_one_number_is_one_choice():
    bins = ActionBins(spaces.Box(-3.0, 3.0, (1,), np.float64), 3)
    assert bins.space == spaces.Discrete(3)
    assert bins.action(1).tolist() == [0.0]
    assert bins.action(2).dtype == np.float64


def test_bounds_are_kept_to_the_last_bit():
    low, high = np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32)
    space = spaces.Box(np.minimum(low, high), np.maximum(low, high))
    for count in (2, 3, 7, 10, 33):
        values = ActionBins(space, count).values
        np.testing.assert_array_equal(values[:, 0], space.low)
        np.testing.assert_array_equal(values[:, -1], space.high)
        assert space.contains(values[:, count // 2])


def test_actions_take_the_shape_of_the_space():
    bins = ActionBins(spaces.Box(0.0, 1.0, (2, 3)), 2)
    assert bins.space == spaces.MultiDiscrete([2] * 6)
    action = bins.action(np.array([0, 0, 0, 1, 1, 1]))
    assert action.tolist() == [[0, 0, 0], [1, 1, 1]]


def test_environment_is_stepped_with_what_the_bins_stand_for():
    env = BinnedActions(Arm(), 3)
    env.reset(seed=0)
    assert env.step(np.array([2, 1]))[0].tolist() == [1, 5]
    assert env.action_space == spaces.MultiDiscrete([3, 3])


@pytest.mark.parametrize(
    ("space", "count", "message"),
    [
        (Arm.action_space, 1, "at least 2"),
        (spaces.Discrete(3), 5, "finitely many already"),
        (spaces.Box(-np.inf, np.inf, (1,)), 5, "finite bounds"),
        (spaces.Box(0, 9, (1,), np.int64), 5, "floats"),
    ],
)
def test_what_cannot_be_cut_raises(space, count, message):
    with pytest.raises(ValueError, match=message):
        ActionBins(space, count)
