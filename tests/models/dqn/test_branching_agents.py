import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import keras
import numpy as np
import pytest
import tensorflow as tf
from gymnasium import spaces
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.training import strategy as strategies

SIZES = (2, 4, 3)
GAMMA = 0.9


class Robot(gymnasium.Env):
    """Only its spaces matter here."""

    observation_space = spaces.Box(-1, 1, (5,), np.float32)
    action_space = spaces.MultiDiscrete(SIZES, start=[0, 3, 0])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(5, np.float32), {}


def create(agent="double_dqn", dueling=True, **kwargs):
    environment = GymnasiumEnvironment(Robot)
    model = q_network(
        environment.observation_spec(), environment.joints, (), dueling, seed=0
    )
    return create_agent(environment, model, agent, discount=GAMMA, **kwargs), model


def batch(size=16, seed=0):
    random = np.random.default_rng(seed)
    seen, after = random.normal(size=(2, size, 5)).astype(np.float32)
    action = random.integers(0, SIZES, (size, 3))
    reward = random.normal(size=size).astype(np.float32)
    discount = random.choice([1.0, GAMMA, 0.0], size).astype(np.float32)
    middle = np.full(size, ts.StepType.MID, np.int32)
    return trajectory.Transition(
        ts.TimeStep(middle, np.zeros_like(reward), np.ones_like(discount), seen),
        policy_step.PolicyStep(action, (), ()),
        ts.TimeStep(middle, reward, discount, after),
    )


def randomise(network, seed):
    random = np.random.default_rng(seed)
    for variable in network.variables:
        variable.assign(random.normal(size=variable.shape))


def values_of(network, observation):
    """Action values of a dueling network without hidden layers, joint by joint."""
    weights = [np.array(variable, np.float64) for variable in network.variables]
    value_kernel, value_bias, kernel, bias = weights
    found = []
    for row in observation.astype(np.float64):
        value = row @ value_kernel[:, 0] + value_bias[0]
        advantages = (row @ kernel + bias).reshape(3, 4)
        joints = []
        for joint, size in enumerate(SIZES):
            advantage = advantages[joint, :size]
            joints.append(value + advantage - advantage.mean())
        found.append(joints)
    return found


def errors_by_loops(agent, transitions, double):
    """Target less value of every joint of every transition, one after the other."""
    seen, action, after = transitions
    now = values_of(agent._q_network, seen.observation)
    online = values_of(agent._q_network, after.observation)
    target = values_of(agent._target_q_network, after.observation)
    errors = np.zeros((len(now), 3))
    for i in range(len(now)):
        chooser = online if double else target
        mean = sum(target[i][d][np.argmax(chooser[i][d])] for d in range(3)) / 3
        y = after.reward[i] + GAMMA * after.discount[i] * mean
        for d in range(3):
            errors[i, d] = y - now[i][d][action.action[i, d]]
    return errors


@pytest.mark.parametrize(("name", "double"), [("dqn", False), ("double_dqn", True)])
def test_loss_and_errors_are_those_of_a_loop(name, double):
    agent, _ = create(name, loss="mse")
    randomise(agent._q_network, 1)
    randomise(agent._target_q_network, 2)
    transitions = batch()
    errors = errors_by_loops(agent, transitions, double)
    weights = np.random.default_rng(3).random(16).astype(np.float32)
    transitions = tf.nest.map_structure(tf.constant, transitions)
    info = agent._loss(transitions, gamma=GAMMA, weights=tf.constant(weights))
    expected = np.mean(weights * np.mean(errors**2, axis=1))
    np.testing.assert_allclose(info.loss, expected, rtol=1e-5)
    np.testing.assert_allclose(
        info.extra.td_error, np.abs(errors).sum(axis=1), rtol=1e-4
    )


def test_policy_takes_the_best_action_of_each_joint():
    agent, _ = create()
    randomise(agent._q_network, 1)
    seen = batch().time_step.observation
    time_step = ts.restart(tf.constant(seen), batch_size=16)
    action = agent.policy.action(time_step).action.numpy()
    expected = [
        [np.argmax(joint) for joint in joints]
        for joints in values_of(agent._q_network, seen)
    ]
    np.testing.assert_array_equal(action, expected)
    assert agent.policy.variables()


def test_values_are_learnt_and_two_replicas_learn_as_one_does():
    transitions = tf.nest.map_structure(lambda x: np.stack([x] * 20), batch())
    losses, weights = [], []
    for strategy in (
        strategies.create("one_device"),
        strategies.create("mirrored", num_devices=2),
    ):
        with strategy.scope():
            agent, model = create(learning_rate=0.05, target_update_period=1_000)
        learner = Learner(agent, model, strategy)
        importance = np.full((20, 16), 0.5, np.float32)
        trained = learner.train(transitions, importance)
        assert trained.td_errors.shape == (20, 16)
        losses.append(trained.losses)
        weights.append(keras.ops.convert_to_numpy(model.trainable_variables[0]))
    assert losses[0][-5:].mean() < losses[0][:5].mean()
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(weights[0], weights[1], atol=1e-5)


def test_other_agents_and_networks_are_refused():
    with pytest.raises(ValueError, match=r"one of dqn, double_dqn where actions have"):
        create("c51")
    environment = GymnasiumEnvironment(Robot)
    model = q_network(environment.observation_spec(), 4, ())
    with pytest.raises(ValueError, match=r"must return \(3, 4\) values.*\(4,\)"):
        create_agent(environment, model)
