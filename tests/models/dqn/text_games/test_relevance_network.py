import keras
import numpy as np
import pytest

from kerazoo.models.dqn.text_games import RelevanceNetwork
from kerazoo.models.dqn.text_games.relevance_network import INTERACTIONS

RANDOM = np.random.default_rng(0)
STATE = np.pad(RANDOM.integers(4, 20, (3, 6)), [[0, 0], [0, 2]]).astype("uint8")
COMMANDS = RANDOM.integers(4, 20, (3, 4, 3)).astype("uint8")


def made(**options):
    network = RelevanceNetwork(20, 8, **{"hidden_units": (8,), **options})
    network.build()
    for variable in network.trainable_variables:  # Also those that begin near zero.
        variable.assign(keras.random.normal(variable.shape, stddev=0.5))
    return network


def values(network, state, commands):
    return np.array(network({"state": state, "commands": commands}))


@pytest.mark.parametrize("interaction", INTERACTIONS)
def test_order_of_commands_and_padding_change_nothing(interaction):
    network = made(interaction=interaction)
    found = values(network, STATE, COMMANDS)
    assert found.shape == (3, 4) and found.std() > 1e-2
    order = np.array([2, 0, 3, 1])
    turned = values(network, STATE, COMMANDS[:, order])
    np.testing.assert_allclose(turned, found[:, order], atol=1e-5)
    longer = np.pad(COMMANDS, [[0, 0], [0, 3], [0, 2]])
    padded = values(network, np.pad(STATE, [[0, 0], [0, 5]]), longer)
    np.testing.assert_allclose(padded[:, :4], found, atol=1e-5)
    alone = values(network, STATE[1:2], COMMANDS[1:2, [2]])
    np.testing.assert_allclose(alone, found[1:2, [2]], atol=1e-5)


def test_value_is_the_inner_product_of_the_published_network():
    """Two hidden layers on both sides of bags of words, in NumPy."""
    network = made(hidden_units=(6, 5), encoder="bag")

    def vector(side, tokens):
        table = np.array(getattr(network, f"{side}_encoder").embedding.embeddings)
        x = np.sqrt(8) * table[tokens[tokens > 0]].mean(axis=0)
        first, second = getattr(network, f"{side}_layers")
        x = np.maximum(x @ np.array(first.kernel) + np.array(first.bias), 0)
        return x @ np.array(second.kernel) + np.array(second.bias)

    expected = [
        [vector("state", s) @ vector("command", c) / np.sqrt(5) for c in commands]
        for s, commands in zip(STATE, COMMANDS)
    ]
    found = values(network, STATE, COMMANDS)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("interaction", INTERACTIONS)
def test_values_begin_near_zero(interaction):
    keras.utils.set_random_seed(0)
    network = RelevanceNetwork(100, 64, interaction=interaction)
    state, commands = (
        RANDOM.integers(4, 100, (8, 60)),
        RANDOM.integers(4, 100, (8, 9, 4)),
    )
    assert 0 < np.abs(values(network, state, commands)).max() < 1


def test_configuration_makes_the_same_network():
    network = made(interaction="mlp", encoder="gru", hidden_units=(4, 3))
    again = RelevanceNetwork.from_config(network.get_config())
    again.build()
    again.set_weights(network.get_weights())
    found = values(network, STATE, COMMANDS)
    np.testing.assert_allclose(values(again, STATE, COMMANDS), found, atol=1e-6)


def test_unknown_interaction_is_refused():
    with pytest.raises(ValueError, match="inner, mlp.*interaction=cosine"):
        RelevanceNetwork(20, interaction="cosine")
