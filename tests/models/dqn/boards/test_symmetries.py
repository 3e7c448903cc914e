import numpy as np
import pytest

from kerazoo.models.dqn.boards import BoardGame
from tests.models.dqn.boards.random_games import positions


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("connect_four", 2),
        ("tic_tac_toe", 8),
        ("go(board_size=4,komi=0.5)", 8),
        ("breakthrough", 1),
    ],
)
def test_turned_games_are_the_games_of_turned_moves(name, count):
    """Plays the turned moves of a random game in OpenSpiel."""
    game = BoardGame(name)
    symmetries = game.symmetries
    assert len(symmetries) == count
    *_, last = positions(game, 1, seed=3)
    history = np.array(last.history())
    for symmetry in range(count):
        chosen = np.full(len(history), symmetry)
        turned_history = symmetries.turned_actions(history, chosen)
        state, turned = game.new_state(), game.new_state()
        for action, turned_action in zip(history, turned_history, strict=True):
            planes, mask = game.observe(state)
            turned_planes, turned_mask = game.observe(turned)
            np.testing.assert_array_equal(
                symmetries.turned_boards(planes[None], chosen[:1])[0], turned_planes
            )
            np.testing.assert_array_equal(
                symmetries.turned_masks(mask[None], chosen[:1])[0], turned_mask
            )
            state.apply_action(int(action))
            turned.apply_action(int(turned_action))
        assert turned.returns() == state.returns()


def test_each_board_is_turned_by_its_own():
    symmetries = BoardGame("tic_tac_toe").symmetries
    board = np.arange(9).reshape(1, 3, 3, 1)
    turned = symmetries.turned_boards(board.repeat(8, axis=0), np.arange(8))
    assert len({tuple(one.ravel()) for one in turned}) == 8
    np.testing.assert_array_equal(turned[0], board[0])
    np.testing.assert_array_equal(turned[1], np.rot90(board[0]))
