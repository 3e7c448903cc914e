import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from gymnasium import spaces

from kerazoo.models import dqn
from kerazoo.models.dqn.action_bins import ActionBins
from kerazoo.models.dqn.playing import play_episode
from kerazoo.models.dqn.served_actions import served_actions
from kerazoo.serving import check
from kerazoo.serving.signatures import load_signatures
from tests.models.dqn.arm import Arm
from tests.models.dqn.arm import exported_arm


def test_joints_are_numbered_and_shaped_as_the_space():
    space = spaces.MultiDiscrete([[2, 4]], start=[[0, 3]])
    action = served_actions(tf.constant([[1, 0], [0, 2]], tf.int64), space)["action"]
    assert action.numpy().tolist() == [[[1, 3]], [[0, 5]]]
    lamps = served_actions(tf.constant([[1, 0, 1]], tf.int64), spaces.MultiBinary(3))
    assert spaces.MultiBinary(3).contains(lamps["action"].numpy()[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bins_stand_for_the_same_to_the_last_bit_as_in_training(dtype):
    random = np.random.default_rng(0)
    low = random.uniform(-2, 0, (2, 3)).astype(dtype)
    high = low + random.uniform(1, 3, (2, 3)).astype(dtype)
    space = spaces.Box(low, high, dtype=dtype)
    bins = ActionBins(space, 7)
    chosen = random.integers(0, 7, (9, 6))
    served = served_actions(tf.constant(chosen), bins.space, bins)
    assert served["action"].dtype == dtype
    for row, action in zip(chosen, served["action"].numpy(), strict=True):
        np.testing.assert_array_equal(action, bins.action(row))
        assert space.contains(action)
    np.testing.assert_array_equal(served["bins"], chosen)


def test_one_joint_has_one_choice_and_an_action_of_the_space():
    bins = ActionBins(spaces.Box(-2.0, 2.0, (1,)), 5)
    served = served_actions(tf.constant([0, 3], tf.int64), bins.space, bins)
    assert served["action"].numpy().tolist() == [[-2], [1]]
    assert served["bins"].numpy().tolist() == [0, 3]


def test_server_without_python_gives_actions_of_the_environment(tmp_path):
    version, model, _ = exported_arm(tmp_path / "arm")
    seen = np.random.default_rng(0).uniform(-1, 1, (6, 2)).astype(np.float32)
    expected = np.asarray(model(seen))
    outputs = check.run_without_python(str(version), {"observation": seen})
    np.testing.assert_allclose(outputs["q_values"], expected, atol=1e-5)
    best = expected.argmax(axis=-1)
    assert len(np.unique(best, axis=0)) > 1
    np.testing.assert_array_equal(outputs["bins"], best)
    bins = ActionBins(Arm.action_space, 3)
    assert outputs["action"].dtype == np.float32
    for row, action in zip(best, outputs["action"], strict=True):
        np.testing.assert_array_equal(action, bins.action(row))

    policy = load_signatures(version)["serving_default"]
    total, _ = play_episode(policy, Arm(), seed=3)
    observation, _ = Arm().reset(seed=3)
    by_hand = 0.0
    for _ in range(5):
        observation = bins.action(model(observation[None]).numpy()[0].argmax(-1))
        by_hand += float(observation.sum())
    assert total == pytest.approx(by_hand)


class Levers(gymnasium.Env):
    """Levers of 2 and 4 places, the second counted from 3."""

    observation_space = spaces.Discrete(5)
    action_space = spaces.MultiDiscrete([2, 4], start=[0, 3])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        assert self.action_space.contains(action), action
        return int(action.sum()) % 5, float(action[1]), False, False, {}


def test_joints_of_different_sizes_are_stepped_and_served():
    environment = dqn.GymnasiumEnvironment(Levers, num_envs=3)
    assert environment.joints == (2, 4) and environment.num_actions == 4
    assert environment.action_spec().maximum.tolist() == [1, 3]
    environment.reset()
    time_step = environment.step(np.array([[0, 0], [1, 3], [1, 0]]))
    assert time_step.reward.tolist() == [3, 6, 3]
    model = dqn.q_network(environment.observation_spec(), environment.joints, ())
    policy = dqn.ServingPolicy(model, environment).endpoints["serving_default"]
    outputs = policy(observation=tf.range(5, dtype=tf.int64))
    assert (outputs["q_values"].numpy()[:, 0, 2:] == -1e9).all()
    assert all(map(Levers.action_space.contains, outputs["action"].numpy()))
    assert policy(observation=tf.zeros([0], tf.int64))["action"].shape == (0, 2)
