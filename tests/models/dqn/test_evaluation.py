import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn import evaluation
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.evaluation import evaluate

DIRECTION = np.array([0.0, 0.3, 1.0, 0.2], np.float32)


class Countdown(gymnasium.Env):
    """Lasts `1 + seed % 7` steps of reward `seed`; reset without a seed it cheats."""

    observation_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.reward = 1e6 if seed is None else float(seed)
        self.left = 1 if seed is None else 1 + seed % 7
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.left -= 1
        return np.zeros(1, np.float32), self.reward, self.left == 0, False, {}


class Forbidding(Countdown):
    """Gives no reward for action 0, which is never valid."""

    def reset(self, seed=None, options=None):
        observation, _ = super().reset(seed=seed)
        return observation, {"action_mask": np.array([0, 1], np.int8)}

    def step(self, action):
        observation, reward, *ends, _ = super().step(action)
        return observation, reward * action, *ends, {"action_mask": np.array([0, 1])}


def linear(observation):
    push = observation @ DIRECTION
    return np.stack([-push, push], axis=1)


def always_first(observation):
    return np.tile([1.0, 0.0], (len(observation), 1))


def play_plainly(seed):
    env = gymnasium.make("CartPole-v1", max_episode_steps=30)
    observation, _ = env.reset(seed=seed)
    total, done = 0.0, False
    while not done:
        action = int(observation @ DIRECTION > 0)
        observation, reward, terminated, truncated, _ = env.step(action)
        total += reward
        done = terminated or truncated
    return total


@pytest.mark.parametrize("num_envs", [1, 4, 16])
def test_returns_equal_a_plain_loop_in_the_order_of_the_seeds(num_envs):
    seeds = [5, 3, 100, 4, 7, 2_000_000_000, 8, 5, 9]
    environment = GymnasiumEnvironment(
        "CartPole-v1", num_envs=num_envs, max_episode_steps=30
    )
    returns = evaluate(linear, environment, seeds)
    expected = [play_plainly(seed) for seed in seeds]
    assert len(set(expected)) > 3
    assert 30 in expected
    np.testing.assert_array_equal(returns, expected)


@pytest.mark.parametrize("num_envs", [1, 3, 5, 8])
def test_every_seed_counts_once_however_long_its_episode(num_envs):
    environment = GymnasiumEnvironment(Countdown, num_envs=num_envs)
    seeds = range(10, 33)
    returns = evaluate(always_first, environment, seeds)
    assert returns.tolist() == [seed * (1 + seed % 7) for seed in seeds]


def test_evaluating_again_gives_the_same():
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=3, seed=1)
    first = evaluate(linear, environment, range(5))
    environment.reset()
    environment.step(np.zeros(3, np.int64))
    np.testing.assert_array_equal(evaluate(linear, environment, range(5)), first)


def test_invalid_actions_are_not_taken():
    environment = GymnasiumEnvironment(Forbidding, num_envs=2, action_mask=True)
    assert evaluate(always_first, environment, [1, 2, 3]).tolist() == [2, 6, 12]


def test_episode_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(evaluation, "MAX_EPISODE_STEPS", 30)
    environment = GymnasiumEnvironment("CliffWalking-v1", num_envs=2)
    returns = evaluation.evaluate(
        lambda observation: np.eye(4)[[3, 3]], environment, [0, 1]
    )
    np.testing.assert_array_equal(returns, [-30, -30])  # Left, into the wall.


def test_lengths_are_steps_of_the_environment():
    environment = GymnasiumEnvironment(Countdown, num_envs=3)
    episodes = evaluation.play_episodes(always_first, environment, range(5, 15))
    assert episodes.lengths.tolist() == [1 + seed % 7 for seed in range(5, 15)]
    assert episodes.returns.tolist() == [s * (1 + s % 7) for s in range(5, 15)]


def test_random_actions_are_of_the_seed_whatever_is_played_beside_it():
    played = [
        evaluation.play_episodes(
            linear,
            GymnasiumEnvironment("CartPole-v1", num_envs, max_episode_steps=60),
            range(9),
            epsilon=0.4,
        ).returns
        for num_envs in (1, 4)
    ]
    np.testing.assert_array_equal(*played)
    environment = GymnasiumEnvironment("CartPole-v1", 9, max_episode_steps=60)
    assert (played[0] != evaluate(linear, environment, range(9))).any()


def test_as_many_actions_are_random_as_asked_for():
    class Counting(Countdown):
        """Ends after 50 steps; the reward is the action."""

        def reset(self, seed=None, options=None):
            observation, info = super().reset(seed=seed)
            self.left = 50
            return observation, info

        def step(self, action):
            observation, _, *rest = super().step(action)
            return observation, float(action), *rest

    environment = GymnasiumEnvironment(Counting, num_envs=40)
    returns = evaluate(always_first, environment, range(40), epsilon=0.3)
    # 2,000 draws: half of the random ones are the other action.
    assert returns.sum() / 2_000 == pytest.approx(0.15, abs=0.03)


def test_random_actions_are_valid():
    environment = GymnasiumEnvironment(Forbidding, num_envs=2, action_mask=True)
    returns = evaluate(always_first, environment, [1, 2, 3], epsilon=1.0)
    assert returns.tolist() == [2, 6, 12]


def test_watch_sees_every_step():
    seen = []
    environment = GymnasiumEnvironment(Countdown)
    evaluation.play_episodes(
        always_first, environment, [4], watch=lambda: seen.append(1)
    )
    assert len(seen) == 5
