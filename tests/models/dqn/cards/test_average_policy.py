import numpy as np
import pytest
import tensorflow as tf
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models import dqn
from kerazoo.models.dqn.cards import GameTree
from kerazoo.models.dqn.cards import create_average_policy
from kerazoo.models.dqn.cards.average_policy import both_networks
from kerazoo.models.dqn.cards.average_policy import probabilities_of


@pytest.fixture(scope="module")
def tree():
    return GameTree("leduc_poker")


def choices(tree, states, actions):
    middle = np.full(len(states), ts.StepType.MID, np.int32)
    zeros = np.zeros(len(states), np.float32)
    observation = {
        "observation": tree.tensors[states],
        "action_mask": tree.masks[states],
    }
    experience = trajectory.Trajectory(
        middle, observation, np.array(actions), (), middle, zeros, zeros + 1
    )
    return tf.nest.map_structure(tf.constant, experience)


def test_loss_is_the_cross_entropy_over_valid_actions(tree):
    model = dqn.q_network(tree.observation_spec()["observation"], 3, (8,), seed=2)
    agent = create_average_policy(tree, model)
    states = [3, 100, 300, 900]
    actions = [int(np.flatnonzero(tree.masks[s])[-1]) for s in states]
    logits = model(tree.tensors[states]).numpy().astype(np.float64)
    chances = probabilities_of(logits, tree.masks[states])
    expected = -np.log(chances[range(4), actions]).mean()
    loss = agent.loss(choices(tree, states, actions)).loss
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_probabilities_are_of_valid_actions(tree):
    logits = np.random.default_rng(0).normal(size=tree.masks.shape) * 50
    found = probabilities_of(logits.astype(np.float32), tree.masks)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (found[~tree.masks] == 0).all()
    expected = tf.nn.softmax(np.where(tree.masks, logits.astype(np.float32), -np.inf))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_one_model_has_both_networks(tree):
    spec = tree.observation_spec()["observation"]
    policy, values = (dqn.q_network(spec, 3, (8,), seed=seed) for seed in (0, 1))
    model = both_networks(policy, values)
    found = model(tree.tensors[:5])
    np.testing.assert_allclose(found["logits"], policy(tree.tensors[:5]))
    np.testing.assert_allclose(found["q_values"], values(tree.tensors[:5]))
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy(tree.tensors[:5])["q_values"], found["q_values"])


def test_policies_that_are_not_finite_end_the_run():
    masks = np.array([[True, False]])
    assert probabilities_of(np.array([[0.0, np.nan]]), masks).tolist() == [[1, 0]]
    with pytest.raises(FloatingPointError, match="policy_learning_rate"):
        probabilities_of(np.array([[np.nan, 0.0]]), masks)
