import numpy as np
import pytest

from kerazoo.models.dqn.boards import BoardGame
from kerazoo.models.dqn.boards import describe_board
from tests.models.dqn.boards.random_games import positions

GAMES = {  # The signs of the two players as OpenSpiel draws them, from the top.
    "tic_tac_toe": "xo",
    "connect_four": "xo",
    "go(board_size=5,komi=0.5)": "XO",
    "othello": "xo",
}


def drawn(name, state):
    """Reads the board from OpenSpiel's drawing."""
    lines = str(state).splitlines()
    if name == "othello":
        return [line[2:17].split() for line in lines if line[:1].isdigit()]
    if name.startswith("go"):
        rows = [line.split()[1] for line in lines if line[:2].strip().isdigit()]
        return [list(row) for row in rows[::-1]]  # Row 1 is the lowest.
    rows = [list(line) for line in lines if line]
    return rows[::-1] if name == "connect_four" else rows


@pytest.mark.parametrize("name", GAMES)
def test_planes_are_the_stones_of_the_mover_and_of_the_other(name):
    game = BoardGame(name)
    seen = 0
    for state in positions(game, 3):
        player = state.current_player()
        planes, mask = game.observe(state)
        assert planes.shape == game.shape and planes.dtype == np.uint8
        if player < 0:
            assert mask.all()
            continue
        board = np.array(drawn(name, state))
        np.testing.assert_array_equal(planes[..., 0], board == GAMES[name][player])
        np.testing.assert_array_equal(planes[..., 1], board == GAMES[name][1 - player])
        assert np.flatnonzero(mask).tolist() == state.legal_actions()
        seen += 1
    assert seen > 10


def test_go_tells_who_passed_and_who_gets_the_komi():
    game = BoardGame("go(board_size=5)")
    planes = {
        history: game.observe(game.new_state(history))[0][0, 0, 2:].tolist()
        for history in ((), (12,), (12, 25), (25,), (25, 3))
    }
    assert planes == {
        (): [0, 0],
        (12,): [0, 1],
        (12, 25): [1, 0],
        (25,): [1, 1],
        (25, 3): [0, 0],
    }


def test_other_games_have_the_planes_of_openspiel_and_the_mover():
    game = BoardGame("breakthrough(rows=5,columns=5)")
    assert game.shape == (5, 5, 4) and game.dtype == np.float32
    for state in positions(game, 1):
        player = max(state.current_player(), 0)
        planes, _ = game.observe(state)
        own = np.array(state.observation_tensor(player)).reshape(3, 5, 5)
        np.testing.assert_array_equal(planes[..., :3].transpose(2, 0, 1), own)
        assert (planes[..., 3] == player).all()


def test_games_without_a_board_are_vectors():
    game = BoardGame("nim")
    planes, mask = game.observe(game.new_state())
    assert (
        planes.shape == game.shape == (len(game.new_state().observation_tensor()) + 1,)
    )
    assert mask.any()


@pytest.mark.parametrize(
    ("name", "history", "text", "action"),
    [
        ("connect_four", (), "x3", 3),
        ("connect_four", (), " 3 \n", 3),
        ("connect_four", (3,), "O0", 0),
        ("go(board_size=5)", (), "c3", 12),
        ("go(board_size=5)", (12,), "W A1", 0),
        ("go(board_size=5)", (12,), "Pass", 25),
        ("tic_tac_toe", (), "x(1,2)", 5),
        ("tic_tac_toe", (0,), "1,2", 5),
        ("tic_tac_toe", (0,), "1 2", 5),
        ("breakthrough", (), "a7a6", None),
        ("mnk(m=15,n=15,k=5)", (), "1,12", 27),
        ("mnk(m=15,n=15,k=5)", (), "11 2", 167),
    ],
)
def test_moves_are_written_as_the_game_does(name, history, text, action):
    game = BoardGame(name)
    state = game.new_state(history)
    found = game.move_of(state, text)
    if action is None:
        assert state.action_to_string(0, found) == text
    else:
        assert found == action


@pytest.mark.parametrize("text", ["", "x0", "0", "seven", "7", "-1"])
def test_what_is_no_move_is_one_line_with_moves(text):
    game = BoardGame("connect_four")
    state = game.new_state([0] * 6)  # The column is full.
    with pytest.raises(ValueError) as error:
        game.move_of(state, text)
    assert "no move now: 1, 2, 3, 4, 5, 6" in str(error.value)
    assert "\n" not in str(error.value)


def test_capitals_count_where_two_moves_differ_by_them():
    game = BoardGame("chess")
    fen = "6k1/8/8/8/8/2n5/1P1B4/6K1 w - - 0 1"  # Pawn and bishop take on c3.
    state = game.game.new_initial_state(fen)
    for move in ("bxc3", "Bxc3"):
        assert state.action_to_string(0, game.move_of(state, move)) == move


def test_observations_of_two_axes_are_vectors():
    game = BoardGame("gomoku")
    state = game.new_state()
    planes, _ = game.observe(state)
    np.testing.assert_array_equal(planes[:-1], state.observation_tensor(0))


def test_moves_that_a_position_has_not_keep_their_numbers():
    names = BoardGame("chess").action_names()  # Ends the process if it names all.
    assert len(names) == 4674 and "e4" in names and names[0] == "0"


def test_card_names_planes_and_moves():
    card = describe_board(BoardGame("connect_four"))
    assert "plane 1: the opponent's stones" in card
    assert "3 x3" in card and "(6, 7, 2) of uint8" in card
    assert "OpenSpiel" in describe_board(BoardGame("breakthrough"))
