import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.conservative_agent import conservative_gap
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.q_networks import q_network

BATCH = 6


@pytest.fixture(scope="module")
def environment():
    return GymnasiumEnvironment("CartPole-v1")


def transitions(shape=(BATCH,)):
    random = np.random.default_rng(0)

    def step(reward, discount):
        return ts.TimeStep(
            np.ones(shape, np.int32),
            np.full(shape, reward, np.float32),
            np.full(shape, discount, np.float32),
            random.normal(size=(*shape, 4)).astype(np.float32),
        )

    action = policy_step.PolicyStep(random.integers(0, 2, shape), (), ())
    return trajectory.Transition(step(0, 1), action, step(1, 0.9))


def test_gap_is_that_of_a_loop():
    random = np.random.default_rng(0)
    values = random.normal(size=(5, 3)).astype(np.float32)
    actions = random.integers(0, 3, 5)
    mask = random.random((5, 3)) < 0.6
    mask[np.arange(5), actions] = True
    for valid in (None, mask):
        expected = []
        for row, action in enumerate(actions):
            allowed = np.ones(3, bool) if valid is None else valid[row]
            total = sum(np.exp(v) for v in values[row][allowed])
            expected.append(np.log(total) - values[row, action])
        found = conservative_gap(tf.constant(values), tf.constant(actions), valid)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_gap_over_joints_is_the_mean():
    values = np.log(np.array([[[1.0, 3.0], [2.0, 2.0]]], np.float32))
    found = conservative_gap(tf.constant(values), tf.constant([[1, 0]]))
    np.testing.assert_allclose(found, [(np.log(4 / 3) + np.log(2)) / 2], rtol=1e-6)


@pytest.mark.parametrize("agent", ["double_dqn", "munchausen", "c51", "qr_dqn"])
@pytest.mark.parametrize("weighted", [False, True])
def test_term_is_added_to_the_loss(environment, agent, weighted):
    outputs = {"c51": 5, "qr_dqn": 5}.get(agent)
    model = q_network(
        environment.observation_spec(), 2, (8,), seed=0, num_outputs=outputs
    )
    weights = np.linspace(0.2, 1, BATCH, dtype=np.float32) if weighted else None
    losses = []
    for alpha in (0.0, 0.5):
        created = create_agent(environment, model, agent, cql_alpha=alpha)
        batch = tf.nest.map_structure(tf.constant, transitions())
        losses.append(created.loss(batch, weights=weights).loss.numpy())
    values = created.values_model(transitions().time_step.observation)
    gap = conservative_gap(values, tf.constant(transitions().action_step.action))
    mean = np.mean(gap if weights is None else weights * gap)
    assert losses[1] - losses[0] == pytest.approx(0.5 * mean, rel=1e-4)


def test_unseen_actions_are_valued_lower_after_training(environment):
    batches = transitions((100, 32))
    batches = batches._replace(
        action_step=policy_step.PolicyStep(np.zeros((100, 32), int), (), ())
    )
    values = {}
    for alpha in (0.0, 5.0):
        keras.utils.set_random_seed(0)
        model = q_network(environment.observation_spec(), 2, (16,), seed=0)
        agent = create_agent(environment, model, cql_alpha=alpha, discount=0.5)
        Learner(agent, model, tf.distribute.get_strategy(), False).train(batches)
        seen = batches.time_step.observation[0]
        values[alpha] = (model(seen)[:, 1] - model(seen)[:, 0]).numpy()
    assert values[5.0].mean() < values[0.0].mean() - 0.5
