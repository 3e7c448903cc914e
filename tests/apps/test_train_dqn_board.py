"""`--task=board` from the command line."""

import sys

import pytest

from apps import train_dqn
from kerazoo.models.dqn import boards
from kerazoo.serving.signatures import load_signatures
from tests.apps.conftest import assert_one_line

TASK = ("--task=board",)
TINY = (
    *TASK,
    *("--train_steps=32", "--eval_every=32", "--checkpoint_every=32"),
    *("--learning_starts=64", "--block_length=64", "--replay_capacity=500"),
    *("--num_envs=8", "--hidden_units=16", "--batch_size=16", "--n_step=3"),
    *("--eval_episodes=2", "--mcts_simulations=5", "--nojit_compile"),
)


def test_run_goes_on_and_may_look_further(app, paths):
    command = (*TINY, *paths, "--noexport")
    code, result, err = app(train_dqn.main, *command)
    assert code == 0, err
    assert "tic_tac_toe: planes (3, 3, 2), 9 actions" in err
    assert result["search_depth"] == 2
    more = ("--train_steps=48", "--search_depth=3", "--mcts_simulations=6")
    code, result, err = app(train_dqn.main, *command, *more)
    assert code == 0 and "Going on from step 32" in err, err
    assert result["search_depth"] == 3 and result["train_steps"] == 48
    code, _, err = app(train_dqn.main, *command, "--game=connect_four")
    assert code == 2
    assert_one_line(err, "--game=tic_tac_toe became --game=connect_four")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--game=conect_four"], ["--game=conect_four", "Did you mean connect_four?"]),
        (["--game=leduc_poker"], ["--game=leduc_poker", "whole position"]),
        (["--game=go(board_sze=5)"], ["board_sze", "board_size"]),
        (["--num_envs=1"], ["--num_envs=1", "--opponent_share"]),
        (["--num_envs=200"], ["--replay_capacity=500", "--num_envs=200"]),
        (["--opponent_share=2"], ["opponent_share"]),
        (["--env=Acrobot-v1"], ["--env goes with --task=control"]),
        (["--asynchronous"], ["--asynchronous goes with --task=control"]),
        (["--torso=nature_cnn"], ["--torso=nature_cnn", "36"]),
    ],
)
def test_wrong_input_is_one_line(app, paths, arguments, words):
    code, _, err = app(train_dqn.main, *TINY, *paths, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_flags_of_boards_go_with_boards(app, paths):
    code, _, err = app(train_dqn.main, "--opening_moves=3", *paths)
    assert code == 2
    assert_one_line(err, "--opening_moves goes with --task=board")


def test_missing_package_is_named(app, paths, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    code, _, err = app(train_dqn.main, *TINY, *paths)
    assert code == 2
    assert_one_line(err, "pip install 'kerazoo[boards]'")


@pytest.mark.slow
def test_bare_task_plays_perfectly(app, paths):
    """All games against one that never errs, and with two moves' foresight any."""
    code, result, err = app(train_dqn.main, *TASK, *paths)
    assert code == 0, err
    assert result["random_win_rate"] > 0.9
    policy = load_signatures(result["export"])["serving_default"]
    game = boards.BoardGame("tic_tac_toe")
    values = boards.ExportedValues(policy, 9)
    for depth, replies in ((1, best_replies), (2, all_replies)):
        player = boards.GreedyPlayer(boards.Search(game, values, depth, 0.99))
        for seat in (0, 1):
            assert min(outcomes(game, player, seat, replies)) >= 0


def outcomes(game, player, seat, replies):
    """Yields what comes of all games against these replies."""
    waiting = [game.new_state()]
    while waiting:
        state = waiting.pop()
        if state.is_terminal():
            yield state.player_return(seat)
        elif state.current_player() == seat:
            waiting.append(state.child(player([state])[0]))
        else:
            waiting += [state.child(action) for action in replies(state)]


def all_replies(state):
    return state.legal_actions()


def best_replies(state):
    worth = {a: -value_of(state.child(a)) for a in state.legal_actions()}
    return [action for action, value in worth.items() if value == max(worth.values())]


_VALUES: dict[str, float] = {}


def value_of(state):
    """Value of a position for the player to move, by all that can follow."""
    if str(state) not in _VALUES:
        if state.is_terminal():
            value = state.player_return(state.move_number() % 2)
        else:
            value = max(-value_of(state.child(a)) for a in state.legal_actions())
        _VALUES[str(state)] = value
    return _VALUES[str(state)]
