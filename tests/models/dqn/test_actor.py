import kerazoo.models.dqn  # noqa: F401

# isort: split
import itertools

import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.actor import Actor
from kerazoo.models.dqn.actor import greedy_action
from kerazoo.models.dqn.actor import random_action
from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.exploration import linear_epsilon
from kerazoo.models.dqn.uniform_replay import UniformReplay


class Recorder:
    """Keeps what an actor gives to its replay."""

    def __init__(self):
        self.rows = []

    def add(self, time_step, action, next_time_step):
        self.rows.append((time_step, np.array(action), next_time_step))

    @property
    def actions(self):
        return np.array([action for _, action, _ in self.rows])


class Masked(gymnasium.Env):
    """Allows two of five actions, others every step, and is offended by the rest."""

    observation_space = gymnasium.spaces.Box(0, 9, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(5)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._observe()

    def step(self, action):
        assert self.mask[action]
        self.time += 1
        observation, info = self._observe()
        return observation, 1.0, self.time == 4, False, info

    def _observe(self):
        self.mask = np.zeros(5, np.int8)
        self.mask[self.np_random.permutation(5)[:2]] = 1
        return np.full(1, self.time, np.float32), {"action_mask": self.mask}


def cartpole(num_envs=3, seed=0):
    return GymnasiumEnvironment(
        "CartPole-v1", num_envs=num_envs, seed=seed, max_episode_steps=20
    )


def create_actor(environment=None, q_values=None, epsilon=0.5, seed=0, replay=None):
    def one_hot(observation):
        return np.tile([1.0, 0.0], (len(observation), 1))

    return Actor(
        environment or cartpole(),
        q_values or one_hot,
        replay or Recorder(),
        epsilon if callable(epsilon) else lambda step: epsilon,
        np.random.default_rng(seed),
    )


class TestCollect:
    def test_rows_follow_each_other(self):
        actor = create_actor()
        begin = actor.time_step
        actor.collect(200)
        actor.collect(100)
        rows = actor.replay.rows
        assert rows[0][0] is begin
        assert rows[-1][2] is actor.time_step
        for (*_, next_time_step), (time_step, *_) in itertools.pairwise(rows):
            assert next_time_step is time_step

    def test_rows_are_what_the_environment_does(self):
        actor = create_actor(cartpole(seed=7))
        actor.collect(200)
        environment = cartpole(seed=7)
        time_step = environment.reset()
        for before, action, after in actor.replay.rows:
            tf.nest.map_structure(np.testing.assert_array_equal, before, time_step)
            time_step = environment.step(action)
            tf.nest.map_structure(np.testing.assert_array_equal, after, time_step)

    def test_resets_are_not_counted_as_steps(self):
        actor = create_actor()
        actor.collect(100)
        counted = actor.num_steps
        actor.collect(200)
        firsts = sum(
            int((after.step_type == ts.StepType.FIRST).sum())
            for *_, after in actor.replay.rows
        )
        assert firsts > 5
        assert actor.num_steps == 3 * len(actor.replay.rows) - firsts
        assert 100 <= counted < 100 + 3
        assert counted + 200 <= actor.num_steps < counted + 200 + 3

    def test_returns_are_the_sums_of_rewards_of_whole_episodes(self):
        actor = create_actor()
        actor.collect(300)
        expected, totals = [], [0.0] * 3
        for *_, after in actor.replay.rows:
            for i in range(3):
                totals[i] += after.reward[i]
                if after.step_type[i] == ts.StepType.LAST:
                    expected.append(totals[i])
                    totals[i] = 0.0
        assert len(expected) > 10
        assert len(set(expected)) > 3
        assert list(actor.returns) == expected

    def test_the_last_100_returns_are_kept(self):
        environment = GymnasiumEnvironment(Masked, num_envs=4, action_mask=True)
        actor = create_actor(environment, epsilon=1.0)
        actor.collect(4 * 4 * 30)
        assert list(actor.returns) == [4.0] * 100

    def test_the_same_seeds_collect_the_same(self):
        first, again, other = (create_actor(seed=seed) for seed in (3, 3, 4))
        for actor in (first, again, other):
            actor.collect(60)
        tf.nest.map_structure(
            np.testing.assert_array_equal, first.replay.rows, again.replay.rows
        )
        assert (first.replay.actions[:10] != other.replay.actions[:10]).any()


class TestExploration:
    def test_epsilon_zero_is_greedy(self):
        def q_values(observation):
            return np.stack([observation[:, 0], -observation[:, 0]], axis=1)

        actor = create_actor(q_values=q_values, epsilon=0.0)
        actor.collect(100)
        observations = np.array([row[0].observation for row in actor.replay.rows])
        np.testing.assert_array_equal(
            actor.replay.actions, (observations[..., 0] < 0).astype(int)
        )
        assert 0 < actor.replay.actions.mean() < 1

    def test_epsilon_one_never_asks_the_network(self):
        def q_values(observation):
            raise AssertionError

        actor = create_actor(q_values=q_values, epsilon=1.0)
        actor.collect(3000)
        assert abs(actor.replay.actions.mean() - 0.5) < 0.04

    def test_epsilon_is_the_share_of_random_actions(self):
        # Greedy is action 0, so action 1 comes only with half of the random ones.
        actor = create_actor(epsilon=0.3)
        actor.collect(6000)
        actions = actor.replay.actions
        assert abs(actions.mean() - 0.15) < 0.02
        # The copies explore independently of each other.
        assert abs(np.corrcoef(actions.T)[0, 1]) < 0.1

    def test_epsilon_follows_the_steps_taken(self):
        asked = []

        def epsilon(step):
            asked.append(step)
            return 1.0

        actor = create_actor(cartpole(num_envs=2), epsilon=epsilon)
        actor.collect(6)
        assert asked == [0, 2, 4]

    @pytest.mark.parametrize("epsilon", [0.0, 0.5, 1.0])
    def test_only_valid_actions_are_taken(self, epsilon):
        environment = GymnasiumEnvironment(Masked, num_envs=3, action_mask=True, seed=0)
        observed = []

        def q_values(observation):
            observed.append(observation)
            return -np.ones((3, 1)) * [1.0, 2.0, 3.0, 4.0, 5.0]

        actor = create_actor(environment, q_values, epsilon)
        actor.collect(200)  # The environment itself checks all but the last actions.
        masks = np.array(
            [row[0].observation["action_mask"] for row in actor.replay.rows]
        )
        actions = actor.replay.actions
        assert np.take_along_axis(masks, actions[..., None], axis=-1).all()
        if epsilon == 0:
            np.testing.assert_array_equal(actions, masks.argmax(axis=-1))
        if epsilon < 1:
            assert observed[0].shape == (3, 1)


class TestRestart:
    def test_begins_new_episodes_of_the_given_seed(self):
        actor = create_actor()
        actor.collect(50)
        actor.restart(seed=9)
        assert (actor.time_step.step_type == ts.StepType.FIRST).all()
        np.testing.assert_array_equal(
            actor.time_step.observation,
            [gymnasium.make("CartPole-v1").reset(seed=9 + i)[0] for i in range(3)],
        )

    def test_keeps_the_environment_s_own_randomness_without_a_seed(self):
        actors = [create_actor(), create_actor()]
        before = actors[0].time_step.observation
        for actor in actors:
            actor.restart()
        np.testing.assert_array_equal(*(a.time_step.observation for a in actors))
        assert (actors[0].time_step.observation != before).all()

    def test_forgets_the_rewards_of_cut_episodes_but_not_the_steps(self):
        environment = GymnasiumEnvironment(Masked, num_envs=2, action_mask=True)
        actor = create_actor(environment, epsilon=1.0)
        actor.collect(4)
        actor.restart()
        actor.collect(8)
        assert list(actor.returns) == [4.0, 4.0]
        assert actor.num_steps == 12


class TestSplitActionMask:
    def test_splits_a_masked_observation(self):
        assert split_action_mask({"observation": 3, "action_mask": 4}) == (3, 4)

    @pytest.mark.parametrize("observation", [3, {"observation": 3}, {"camera": 3}])
    def test_gives_no_mask_where_there_is_none(self, observation):
        assert split_action_mask(observation) == (observation, None)


class TestGreedyAction:
    def test_is_the_best_action(self):
        q_values = np.array([[1.0, 3.0, 2.0], [-1.0, -2.0, -3.0]])
        assert greedy_action(q_values).tolist() == [1, 0]

    def test_is_the_best_valid_action(self):
        q_values = np.array([[1.0, 3.0, 2.0], [-1.0, -2.0, -3.0]])
        mask = np.array([[True, False, True], [False, False, True]])
        assert greedy_action(q_values, mask).tolist() == [2, 2]


class TestRandomAction:
    def test_is_uniform(self):
        actions = random_action(np.random.default_rng(0), 4000, 4)
        counts = np.bincount(actions)
        assert len(counts) == 4
        assert (np.abs(counts - 1000) < 4 * np.sqrt(4000 * 0.25 * 0.75)).all()

    def test_is_uniform_over_the_valid_actions_of_each_row(self):
        masks = np.array([[1, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 1]], bool)
        actions = random_action(
            np.random.default_rng(0), 9000, 4, np.tile(masks, (3000, 1))
        )
        for i, mask in enumerate(masks):
            counts = np.bincount(actions[i::3], minlength=4)
            p = 1 / mask.sum()
            assert (counts[~mask] == 0).all()
            tolerance = 4 * np.sqrt(3000 * p * (1 - p))
            assert (np.abs(counts[mask] - 3000 * p) <= tolerance).all()


def test_joints_explore_each_on_its_own():
    class Levers(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(0, 1, (1,), np.float32)
        action_space = gymnasium.spaces.MultiDiscrete([2, 4])

        def reset(self, *, seed=None, options=None):
            return np.zeros(1, np.float32), {}

        def step(self, action):
            return np.zeros(1, np.float32), 0.0, False, False, {}

    environment = GymnasiumEnvironment(Levers, num_envs=4)
    replay = UniformReplay(environment.observation_spec(), 8_000, 4, action_shape=(2,))
    greedy = np.tile([[0.0, 1, -1e9, -1e9], [0, 0, 0, 1]], (4, 1, 1))
    actor = Actor(
        environment, lambda _: greedy, replay, lambda _: 0.4, np.random.default_rng(0)
    )
    actor.collect(8_000)
    drawn = replay.sample((20_000,), np.random.default_rng(1)).action_step.action
    # Greedy places have 0.6 and their share of the 0.4.
    first, second = (np.bincount(joint) / len(drawn) for joint in drawn.T)
    np.testing.assert_allclose(first, [0.2, 0.8], atol=0.03)
    np.testing.assert_allclose(second, [0.1, 0.1, 0.1, 0.7], atol=0.03)
    both = (drawn == [1, 3]).all(axis=1).mean()
    assert both == pytest.approx(0.8 * 0.7, abs=0.03)


def test_linear_epsilon_falls_and_stays():
    epsilon = linear_epsilon(1.0, 0.1, 1000)
    steps = [0, 100, 500, 1000, 5000]
    np.testing.assert_allclose(
        [epsilon(step) for step in steps], [1.0, 0.91, 0.55, 0.1, 0.1]
    )


def test_linear_epsilon_without_decay_is_the_last():
    epsilon = linear_epsilon(1.0, 0.1, 0)
    np.testing.assert_allclose([epsilon(1), epsilon(100)], 0.1)
