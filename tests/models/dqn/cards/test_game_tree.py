import numpy as np
import pyspiel
import pytest

from kerazoo.models.dqn.cards import GameTree
from kerazoo.models.dqn.cards import game_tree


@pytest.mark.parametrize(
    ("name", "states", "nodes"), [("kuhn_poker", 12, 58), ("leduc_poker", 936, 9_457)]
)
def test_sizes_are_those_that_are_known(name, states, nodes):
    tree = GameTree(name)
    assert len(tree.names) == len(set(tree.names)) == states
    assert len(tree.player) == nodes
    assert tree.tensors.shape == (states, *tree.game.information_state_tensor_shape())


def walk(tree, state, node, seen):
    """Compares a game's state with a node, and all that come after."""
    seen.append(node)
    if state.is_terminal():
        assert tree.player[node] == -2
        np.testing.assert_allclose(tree.returns[node], state.returns())
    elif state.is_chance_node():
        assert tree.player[node] == -1
        chances = np.diff(tree.chance[node], prepend=0)
        for i, (action, chance) in enumerate(state.chance_outcomes()):
            assert chances[i] == pytest.approx(chance)
            walk(tree, state.child(action), tree.child[node, i], seen)
    else:
        known = tree.information_state[node]
        assert tree.player[node] == state.current_player()
        assert tree.names[known] == state.information_state_string()
        np.testing.assert_array_equal(
            tree.tensors[known], state.information_state_tensor()
        )
        assert np.flatnonzero(tree.masks[known]).tolist() == state.legal_actions()
        for action in state.legal_actions():
            walk(tree, state.child(action), tree.child[node, action], seen)


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker(suit_isomorphism=True)"])
def test_tree_is_the_game(name):
    tree, seen = GameTree(name), []
    walk(tree, pyspiel.load_game(name).new_initial_state(), 0, seen)
    assert sorted(seen) == list(range(len(tree.player)))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leduk_poker", "Did you mean leduc_poker"),
        ("leduc_poker(players=3)", "has 3 players"),
        ("matrix_mp", "moves at the same time"),
        ("tiny_hanabi", "is not zero-sum"),
        ("backgammon", "no tensor of what a player knows"),
    ],
)
def test_other_games_are_refused(name, words):
    with pytest.raises(ValueError, match=words):
        GameTree(name)


def test_large_games_are_refused(monkeypatch):
    monkeypatch.setattr(game_tree, "_MOST_NODES", 57)
    with pytest.raises(ValueError, match="at most a million nodes.*kuhn_poker"):
        GameTree("kuhn_poker")
