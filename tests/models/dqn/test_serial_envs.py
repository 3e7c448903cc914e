import gymnasium
import numpy as np
import pytest
from gymnasium import vector

from kerazoo.models.dqn.serial_envs import FIRST
from kerazoo.models.dqn.serial_envs import LAST
from kerazoo.models.dqn.serial_envs import SerialEnvs


def pole():
    return gymnasium.make("CartPole-v1", max_episode_steps=20)


@pytest.mark.parametrize("count", [1, 3])
def test_steps_are_those_of_gymnasiums_vector_environment(count):
    envs = SerialEnvs([pole] * count)
    peer = vector.SyncVectorEnv([pole] * count)
    seeds = list(range(5, 5 + count))
    steps = envs.reset(seeds)
    observation, _ = peer.reset(seed=seeds)
    np.testing.assert_array_equal(steps.observation, observation)
    assert (steps.step_type == FIRST).all()
    random = np.random.default_rng(0)
    done = np.zeros(count, bool)
    ends = set()
    for _ in range(100):
        actions = random.integers(0, 2, count)
        steps = envs.step(actions)
        observation, reward, terminated, truncated, _ = peer.step(actions)
        np.testing.assert_array_equal(steps.observation, observation)
        np.testing.assert_array_equal(steps.reward, reward.astype(np.float32))
        np.testing.assert_array_equal(steps.discount, ~terminated)
        np.testing.assert_array_equal(steps.step_type == FIRST, done)
        done = terminated | truncated
        np.testing.assert_array_equal(steps.step_type == LAST, done)
        ends.update(steps.discount[done])
    assert ends == {0.0, 1.0}


def test_earlier_steps_stay_as_they_were():
    envs = SerialEnvs([pole])
    first = envs.reset([0])
    copies = [np.copy(part) for part in first[:4]]
    envs.step(np.zeros(1, np.int64))
    envs.step(np.ones(1, np.int64))
    for part, copy in zip(first, copies, strict=False):
        np.testing.assert_array_equal(part, copy)


class Doors(gymnasium.Env):
    """Ends at its second step, of which it reports no valid actions."""

    observation_space = gymnasium.spaces.Box(0, 1, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        self.time = 0
        return np.zeros(1, np.float32), {"action_mask": np.array([1, 0, 1], np.int8)}

    def step(self, action):
        self.time += 1
        ends = self.time == 2
        info = {} if ends else {"action_mask": np.array([0, 1, 0], np.int8)}
        return np.zeros(1, np.float32), 0.0, False, ends, info


def test_all_actions_are_valid_after_a_last_step_that_says_of_none():
    envs = SerialEnvs([Doors, Doors], action_mask=True)
    masks = [envs.reset([0, 1]).mask]
    masks += [envs.step(np.zeros(2, np.int64)).mask for _ in range(3)]
    expected = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 1], [1, 0, 1]], bool)
    np.testing.assert_array_equal(masks, np.stack([expected] * 2, axis=1))
