import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure


class Clock(gymnasium.Env):
    """Episodes of three steps, the given one of which is wrong."""

    observation_space = gymnasium.spaces.Box(-9, 9, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, episode=2, reward=0.0, observation=0.0, error=None):
        self.wrong = episode, 2
        self.reward, self.observation, self.error = reward, observation, error
        self.episode = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode, self.time = self.episode + 1, 0
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.time += 1
        observation, reward = np.zeros(2, np.float32), 1.0
        if (self.episode, self.time) == self.wrong:
            if self.error:
                raise self.error
            observation[1], reward = self.observation, self.reward
        return observation, reward, self.time == 3, False, {}


def play(steps, num_envs=1, **kwargs):
    environment = GymnasiumEnvironment(Clock, num_envs, **kwargs)
    environment.reset()
    for _ in range(steps):
        environment.step(np.zeros(num_envs, int))


def test_finite_ones_pass():
    play(12)


@pytest.mark.parametrize("reward", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.filterwarnings("ignore:overflow")
def test_reward_is_named_with_its_step_and_episode(reward):
    # Three steps and one that resets, then two of the second episode.
    play(5, reward=reward)
    with pytest.raises(
        FloatingPointError,
        match=r"Clock gave a reward of -?(nan|inf) at step 2 of episode 2\. ",
    ):
        play(6, reward=reward)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_observation_is_named_with_its_step_and_episode(value):
    with pytest.raises(
        FloatingPointError,
        match=f"an observation with {value} at index 1, at step 2 of episode 2 of copy",
    ):
        play(6, num_envs=2, observation=value)


def test_error_of_an_environment_is_one_line_with_its_place():
    with pytest.raises(
        EnvironmentFailure,
        match=r"^The environment Clock failed at step 2 of an episode: KeyError: 'x' "
        r"\(test_step_check.py, line \d+\)$",
    ):
        play(6, error=KeyError("x"))
