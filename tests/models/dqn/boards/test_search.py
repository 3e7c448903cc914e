import functools

import numpy as np
import pytest

from kerazoo.models.dqn.boards import BoardGame
from kerazoo.models.dqn.boards import Search
from tests.models.dqn.boards.random_games import positions

GAME = BoardGame("tic_tac_toe")
WEIGHTS = np.random.default_rng(0).uniform(-1, 1, (18, 9))


def q_values(planes):
    return planes.reshape(len(planes), -1) @ WEIGHTS / 9


def minimax(state, depth, discount):
    """Value of each valid action, one position after the other."""
    player = state.current_player()
    values = {}
    for action in state.legal_actions():
        child = state.child(action)
        if depth == 1:
            values[action] = q_values(GAME.observe(state)[0][None])[0, action]
        elif child.is_terminal():
            values[action] = child.player_return(player)
        else:
            best = max(minimax(child, depth - 1, discount).values())
            values[action] = -discount * best
    return values


@functools.cache
def solve(history):
    """Value of a position for the player to move, by all games that can follow."""
    state = GAME.new_state(history)
    if state.is_terminal():
        return state.player_return(len(history) % 2)
    return max(-solve((*history, action)) for action in state.legal_actions())


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_values_are_those_of_minimax(depth):
    states = [state for state in positions(GAME, 3) if not state.is_terminal()]
    found = Search(GAME, q_values, depth, discount=0.9)(states)
    for state, values in zip(states, found, strict=True):
        expected = minimax(state, depth, 0.9)
        valid = np.flatnonzero(np.isfinite(values)).tolist()
        assert valid == sorted(expected)
        np.testing.assert_allclose(values[valid], [expected[a] for a in valid])


def test_full_depth_plays_perfectly_whatever_the_network_says():
    states = [GAME.new_state(history) for history in ([0, 4, 8], [0, 1, 3, 6, 4])]
    for state, values in zip(states, Search(GAME, q_values, 9)(states), strict=True):
        history = tuple(state.history())
        for action in state.legal_actions():
            assert values[action] == -solve((*history, action))


def test_depth_must_be_positive():
    with pytest.raises(ValueError, match="search_depth=0"):
        Search(GAME, q_values, 0)
