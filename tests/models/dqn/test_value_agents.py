import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.layers import NoisyDense
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from tests.models.dqn.random_transitions import GAMMA
from tests.models.dqn.random_transitions import NUM_ACTIONS
from tests.models.dqn.random_transitions import Batch
from tests.models.dqn.random_transitions import Masked
from tests.models.dqn.random_transitions import set_weights


def create(kind, seed=0):
    model = keras.Sequential([keras.Input((4,)), NoisyDense(NUM_ACTIONS)])
    environment = GymnasiumEnvironment(Masked)
    agent = create_agent(environment, model, kind, discount=GAMMA, seed=seed)
    networks = agent._q_network, agent._target_q_network
    return agent, *(set_weights(network, seed) for seed, network in enumerate(networks))


def record_noise(layer, drawn):
    """Appends what a layer draws, for its rows and for its columns, to a list."""
    noise = layer._noise

    def recorded(size):
        source = layer.draw_noise
        drawn.append(np.array(source(size)))
        layer.draw_noise = lambda _: drawn[-1]
        try:
            return noise(size)
        finally:
            layer.draw_noise = source

    layer._noise = recorded


def noisy_values(x, weights, normal):
    """Equations 9 to 11 of Fortunato et al., the noisy weights written out."""
    noise = np.sign(normal) * np.sqrt(np.abs(normal))
    rows, columns = noise[:4], noise[4:]
    kernel, bias, kernel_sigma, bias_sigma = weights
    kernel = kernel + kernel_sigma * np.outer(rows, columns)
    return x @ kernel + bias + bias_sigma * columns


@pytest.mark.parametrize("kind", ["dqn", "double_dqn"])
def test_every_network_has_noise_of_its_own(kind):
    agent, online, target = create(kind)
    drawn = []
    for network in (agent._q_network, agent._target_q_network):
        record_noise(network.keras_model.layers[-1], drawn)
    batch = Batch(1)
    errors = agent.train(batch.to_tf_agents()).extra.td_error

    calls = [np.concatenate(pair) for pair in zip(drawn[::2], drawn[1::2])]
    assert len(calls) == (3 if kind == "double_dqn" else 2)
    assert len(np.unique(calls)) == 7 * len(calls)
    values = noisy_values(batch.observation, online, calls[0])
    following = noisy_values(batch.next_observation, target, calls[1])
    choice = following
    if kind == "double_dqn":
        choice = noisy_values(batch.next_observation, online, calls[2])
    rows = np.arange(batch.size)
    expected = batch.reward + GAMMA * batch.discount * following[rows, choice.argmax(1)]
    expected -= values[rows, batch.action]
    np.testing.assert_allclose(errors, expected, rtol=1e-3, atol=1e-3)


def test_noise_follows_from_the_seed_and_the_step():
    def errors(seed, steps=1):
        agent, *_ = create("double_dqn", seed)
        for _ in range(steps):
            info = agent.train(Batch(1).to_tf_agents())
        return np.array(info.extra.td_error)

    np.testing.assert_array_equal(errors(0), errors(0))
    assert (errors(0) != errors(1)).any()


def test_the_policy_and_the_values_have_no_noise():
    agent, online, _ = create("dqn")
    x = Batch(0).observation
    values = agent.values_model(x.astype(np.float32))
    np.testing.assert_allclose(values, x @ online[0] + online[1], rtol=1e-4, atol=1e-5)
    time_step = Batch(0).to_tf_agents().time_step
    action = agent.policy.action(time_step).action
    np.testing.assert_array_equal(action, np.array(values).argmax(1))
