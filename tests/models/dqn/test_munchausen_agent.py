import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from tests.models.dqn.random_transitions import GAMMA
from tests.models.dqn.random_transitions import NUM_ACTIONS
from tests.models.dqn.random_transitions import Batch
from tests.models.dqn.random_transitions import Masked
from tests.models.dqn.random_transitions import set_weights

OPTIONS = {"alpha": 0.8, "temperature": 0.5, "clip": -1.0}


def create(masks=False, **kwargs):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(NUM_ACTIONS)])
    environment = GymnasiumEnvironment(Masked, action_mask=masks)
    options = {"discount": GAMMA, "loss": "mse", **OPTIONS, **kwargs}
    agent = create_agent(environment, model, "munchausen", **options)
    networks = agent._q_network, agent._target_q_network
    return agent, *(set_weights(network, seed) for seed, network in enumerate(networks))


def policy_of(values, mask):
    exponents = [
        np.exp(value / 0.5) if mask is None or mask[a] else 0.0
        for a, value in enumerate(values)
    ]
    return np.array(exponents) / sum(exponents)


def errors_by_hand(batch, online, target):
    """Equation 1 of Vieillard et al., one transition at a time."""
    errors = []
    for i in range(batch.size):
        mask = None if batch.mask is None else batch.mask[i]
        next_mask = None if batch.next_mask is None else batch.next_mask[i]
        before = batch.observation[i] @ target[0] + target[1]
        after = batch.next_observation[i] @ target[0] + target[1]
        p = policy_of(before, mask)[batch.action[i]]
        bonus = 0.8 * np.clip(0.5 * np.log(p), -1.0, 0.0)
        value = sum(
            q * (after[a] - 0.5 * np.log(q))
            for a, q in enumerate(policy_of(after, next_mask))
            if q > 0
        )
        chosen = (batch.observation[i] @ online[0] + online[1])[batch.action[i]]
        aim = batch.reward[i] + bonus + GAMMA * batch.discount[i] * value
        errors.append(aim - chosen)
    return np.array(errors)


@pytest.mark.parametrize("masks", [False, True])
def test_losses_and_errors_equal_the_same_in_numpy(masks):
    agent, online, target = create(masks)
    batch = Batch(3, masks=masks, opponents=True)
    if masks:  # What was played was allowed.
        batch.mask[np.arange(batch.size), batch.action] = True
    errors = errors_by_hand(batch, online, target)
    weights = np.random.default_rng(4).random(batch.size).astype(np.float32)
    info = agent.train(batch.to_tf_agents(), weights)
    np.testing.assert_allclose(info.extra.td_error, errors, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(info.loss, (weights * errors**2).mean(), rtol=1e-4)


def test_the_log_policy_is_clipped():
    agent, *_ = create()
    wild = Batch(0)
    wild.observation *= 100
    unpaid = create(alpha=0.0)[0].train(wild.to_tf_agents()).extra.td_error
    paid = agent.train(wild.to_tf_agents()).extra.td_error
    bonus = np.array(paid) - np.array(unpaid)
    assert bonus.min() > -0.8 - 1e-3
    assert (np.abs(bonus + 0.8) < 1e-3).any()
    assert (np.abs(bonus) < 1e-3).any()  # Actions that the policy is sure of.


def test_a_terminal_observation_may_have_no_valid_action():
    agent, *_ = create(masks=True)
    batch = Batch(0, masks=True)
    batch.discount[:] = 0
    batch.next_mask[:] = False
    assert np.isfinite(agent.train(batch.to_tf_agents()).extra.td_error).all()


def test_low_temperatures_are_those_of_dqn():
    agent, online, target = create(alpha=0.0, temperature=1e-4)
    batch = Batch(1)
    best = (batch.next_observation @ target[0] + target[1]).max(axis=1)
    q_values = batch.observation @ online[0] + online[1]
    expected = batch.reward + GAMMA * batch.discount * best
    expected -= q_values[np.arange(batch.size), batch.action]
    errors = agent.train(batch.to_tf_agents()).extra.td_error
    np.testing.assert_allclose(errors, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("name", "value"), [("temperature", 0.0), ("clip", 0.5)])
def test_options_out_of_range_raise(name, value):
    with pytest.raises(ValueError, match=f"munchausen_{name}={value:g}"):
        create(**{name: value})
