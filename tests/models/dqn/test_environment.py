import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.environments import tf_py_environment
from tf_agents.environments import utils
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.environment import GymnasiumEnvironment

FIRST, MID, LAST = (
    int(kind) for kind in (ts.StepType.FIRST, ts.StepType.MID, ts.StepType.LAST)
)
TAXI = next(name for name in ("Taxi-v4", "Taxi-v3") if name in gymnasium.envs.registry)


class Script(gymnasium.Env):
    """Plays written (reward, terminated, truncated) and observes the last action."""

    observation_space = gymnasium.spaces.Box(-10, 10, (1,), np.float32)

    def __init__(self, script, start=0, num_actions=3):
        self.action_space = gymnasium.spaces.Discrete(num_actions, start=start)
        self.script = script

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = iter(self.script)
        return np.full(1, -9, np.float32), {}

    def step(self, action):
        assert self.action_space.contains(action)
        reward, terminated, truncated = next(self.steps)
        return np.full(1, action, np.float32), reward, terminated, truncated, {}


class Screen(gymnasium.Env):
    """Observes uint8 pixels."""

    observation_space = gymnasium.spaces.Box(0, 255, (5, 4, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)
    metadata = {"render_modes": ["rgb_array"]}
    render_mode = "rgb_array"

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        return self.render(), {}

    def step(self, action):
        return self.render() + action.astype(np.uint8), 1.0, False, False, {}

    def render(self):
        return np.full((5, 4, 3), 200, np.uint8)


def play_plainly(env, seed, actions):
    """Steps one gymnasium environment by hand, with a step for every reset.

    Returns arrays of step type, reward, discount, and a list of (observation, info).
    """
    observation, info = env.reset(seed=seed)
    steps = [(FIRST, 0.0, 1.0)]
    observed = [(observation, info)]
    done = False
    for action in actions:
        if done:
            observation, info = env.reset()
            steps.append((FIRST, 0.0, 1.0))
            done = False
        else:
            observation, reward, terminated, truncated, info = env.step(action)
            done = terminated or truncated
            steps.append((LAST if done else MID, reward, 0.0 if terminated else 1.0))
        observed.append((observation, info))
    env.close()
    return *(np.array(column) for column in zip(*steps)), observed


def play(environment, actions):
    """Time steps of a reset and of one step per row of actions, stacked over time."""
    time_steps = [environment.reset()]
    for row in actions:
        time_steps.append(environment.step(row))
    return tf.nest.map_structure(lambda *steps: np.stack(steps), *time_steps)


def random_actions(shape, num_actions):
    return np.random.default_rng(0).integers(0, num_actions, shape)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_transitions_equal_plain_gymnasium_across_episodes(asynchronous):
    # About every second random episode of CartPole is over before its 20th step.
    num_envs, seed = 3, 11
    actions = random_actions((150, num_envs), 2)
    environment = GymnasiumEnvironment(
        "CartPole-v1",
        num_envs=num_envs,
        asynchronous=asynchronous,
        seed=seed,
        max_episode_steps=20,
    )
    played = play(environment, actions)
    environment.close()
    kinds = set()
    for i in range(num_envs):
        step_type, reward, discount, observed = play_plainly(
            gymnasium.make("CartPole-v1", max_episode_steps=20), seed + i, actions[:, i]
        )
        np.testing.assert_array_equal(played.step_type[:, i], step_type)
        np.testing.assert_array_equal(played.reward[:, i], reward)
        np.testing.assert_array_equal(played.discount[:, i], discount)
        np.testing.assert_array_equal(
            played.observation[:, i], [observation for observation, _ in observed]
        )
        kinds.update(discount[step_type == LAST])
    assert kinds == {0.0, 1.0}  # Both terminated and truncated episodes were seen.


def test_masks_and_discrete_observations_equal_plain_gymnasium():
    num_envs, seed = 2, 5
    actions = random_actions((40, num_envs), 6)
    environment = GymnasiumEnvironment(
        TAXI, num_envs=num_envs, action_mask=True, seed=seed, max_episode_steps=15
    )
    played = play(environment, actions)
    for i in range(num_envs):
        step_type, reward, discount, observed = play_plainly(
            gymnasium.make(TAXI, max_episode_steps=15), seed + i, actions[:, i]
        )
        np.testing.assert_array_equal(played.step_type[:, i], step_type)
        np.testing.assert_array_equal(played.reward[:, i], reward)
        np.testing.assert_array_equal(played.discount[:, i], discount)
        np.testing.assert_array_equal(
            played.observation["observation"][:, i],
            np.eye(500)[[observation for observation, _ in observed]],
        )
        masks = np.array([info["action_mask"] for _, info in observed], bool)
        assert not masks.all()
        np.testing.assert_array_equal(played.observation["action_mask"][:, i], masks)


@pytest.mark.parametrize(
    ("terminated", "truncated", "discount"),
    [(True, False, 0.0), (False, True, 1.0), (True, True, 0.0)],
)
def test_end_of_an_episode(terminated, truncated, discount):
    script = [(2.0, False, False), (3.0, terminated, truncated)]
    environment = GymnasiumEnvironment(lambda: Script(script))
    played = play(environment, np.array([[1], [2], [0], [1]]))
    assert played.step_type[:, 0].tolist() == [FIRST, MID, LAST, FIRST, MID]
    assert played.reward[:, 0].tolist() == [0, 2, 3, 0, 2]
    assert played.discount[:, 0].tolist() == [1, 1, discount, 1, 1]
    # The action of the step that resets is ignored.
    assert played.observation[:, 0, 0].tolist() == [-9, 1, 2, -9, 1]


def test_time_steps_have_the_dtypes_of_tf_agents():
    environment = GymnasiumEnvironment(lambda: Script([(2.0, True, False)]), num_envs=2)
    for time_step in (environment.reset(), environment.step(np.zeros(2, np.int64))):
        assert time_step.step_type.dtype == np.int32
        assert time_step.reward.dtype == np.float32
        assert time_step.discount.dtype == np.float32


@pytest.mark.parametrize("start", [1, -4])
def test_actions_are_counted_from_zero(start):
    script = [(0.0, False, False)] * 3
    environment = GymnasiumEnvironment(lambda: Script(script, start=start))
    assert environment.num_actions == 3
    assert environment.action_spec().minimum == 0
    assert environment.action_spec().maximum == 2
    played = play(environment, np.array([[0], [1], [2]]))
    assert played.observation[1:, 0, 0].tolist() == [start, start + 1, start + 2]


@pytest.mark.parametrize(
    ("name", "shape"),
    [("CartPole-v1", (4,)), ("FrozenLake-v1", (16,)), ("Blackjack-v1", (45,))],
)
def test_tf_agents_validates_the_environment(name, shape):
    environment = GymnasiumEnvironment(name, num_envs=2, seed=0)
    assert environment.observation_spec().shape == shape
    utils.validate_py_environment(environment, episodes=5)


def test_tf_agents_validates_a_masked_environment():
    environment = GymnasiumEnvironment(
        TAXI, num_envs=2, action_mask=True, max_episode_steps=20, seed=0
    )
    assert environment.observation_spec()["action_mask"].shape == (6,)
    assert environment.observation_spec()["action_mask"].dtype == bool
    utils.validate_py_environment(
        environment,
        episodes=3,
        observation_and_action_constraint_splitter=split_action_mask,
    )


def test_pixels_stay_uint8():
    environment = GymnasiumEnvironment(Screen, num_envs=2)
    spec = environment.observation_spec()
    assert (spec.shape, spec.dtype, np.max(spec.maximum)) == ((5, 4, 3), np.uint8, 255)
    played = play(environment, np.array([[0, 1]]))
    assert played.observation.dtype == np.uint8
    np.testing.assert_array_equal(played.observation[0], 200)
    np.testing.assert_array_equal(played.observation[1, 0], 200)
    np.testing.assert_array_equal(played.observation[1, 1], 201)


def test_spec_of_an_unbounded_box_has_finite_bounds():
    spec = GymnasiumEnvironment("CartPole-v1").observation_spec()
    assert np.isfinite(spec.minimum).all()
    assert np.isfinite(spec.maximum).all()


def test_rendering_gives_a_picture_of_every_copy():
    environment = GymnasiumEnvironment(Screen, num_envs=2)
    environment.reset()
    np.testing.assert_array_equal(environment.render(), np.full((2, 5, 4, 3), 200))


def test_keywords_reach_the_environment():
    environment = GymnasiumEnvironment("FrozenLake-v1", map_name="8x8")
    assert environment.observation_spec().shape == (64,)


def cartpole_starts(seeds):
    return [gymnasium.make("CartPole-v1").reset(seed=seed)[0] for seed in seeds]


def test_an_int_seeds_the_copies_one_after_the_other():
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=3, seed=4)
    np.testing.assert_array_equal(
        environment.reset().observation, cartpole_starts([4, 5, 6])
    )


def test_reseeding_repeats_the_episodes():
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=2, seed=0)
    actions = random_actions((60, 2), 2)
    first = play(environment, actions)
    unseeded = play(environment, actions)
    environment.seed(0)
    again = play(environment, actions)
    assert (first.step_type == FIRST).sum() > 2  # Later episodes repeat as well.
    tf.nest.map_structure(np.testing.assert_array_equal, again, first)
    assert (unseeded.observation[0] != first.observation[0]).all()


def test_every_copy_takes_its_own_seed():
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=3, seed=0)
    environment.seed([9, 2, 9])
    np.testing.assert_array_equal(
        environment.reset().observation, cartpole_starts([9, 2, 9])
    )


def test_reset_in_the_middle_begins_new_episodes():
    script = [(1.0, False, False), (1.0, True, False)]
    environment = GymnasiumEnvironment(lambda: Script(script))
    environment.reset()
    environment.step(np.array([0]))
    environment.step(np.array([0]))  # The last of its episode.
    assert environment.reset().step_type.tolist() == [FIRST]
    assert environment.step(np.array([0])).step_type.tolist() == [MID]


def test_works_as_a_tf_environment():
    actions = random_actions((40, 2), 2)
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=2, seed=3)
    tf_environment = tf_py_environment.TFPyEnvironment(
        GymnasiumEnvironment("CartPole-v1", num_envs=2, seed=3)
    )
    time_steps = [tf_environment.reset()]
    for row in actions:
        time_steps.append(tf_environment.step(tf.constant(row)))
    played = play(environment, actions)
    assert LAST in played.step_type
    for name in ("step_type", "reward", "discount", "observation"):
        np.testing.assert_array_equal(
            [getattr(time_step, name) for time_step in time_steps],
            getattr(played, name),
        )


def test_continuous_actions_raise():
    with pytest.raises(
        ValueError, match=r"`action_bins` of 11.*env=Pendulum-v1.*Box\("
    ):
        GymnasiumEnvironment("Pendulum-v1")


def test_a_missing_mask_raises():
    with pytest.raises(ValueError, match=r"`action_mask` needs.*env=CartPole-v1"):
        GymnasiumEnvironment("CartPole-v1", action_mask=True)


def test_observations_without_a_fixed_size_raise():
    class Speaking(Script):
        observation_space = gymnasium.spaces.Sequence(gymnasium.spaces.Discrete(2))

    with pytest.raises(ValueError, match="Received: observation_space=Sequence"):
        GymnasiumEnvironment(lambda: Speaking([]))


def test_an_unknown_environment_raises():
    with pytest.raises(gymnasium.error.Error, match="NoSuchGame"):
        GymnasiumEnvironment("NoSuchGame-v0")
