"""`apps.play` with a model of a board game."""

import io
import sys

import numpy as np
import pytest

from apps import evaluate
from apps import play
from kerazoo.models import dqn
from kerazoo.models.dqn import boards
from kerazoo.serving import exporting
from tests.apps.conftest import assert_one_line


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    """One of tic-tac-toe that takes the first free cell."""
    environment = boards.BoardEnvironment("tic_tac_toe")
    spec = environment.observation_spec()["observation"]
    model = dqn.q_network(spec, 9, (), seed=0)
    kernel, bias = model.layers[-1].variables
    kernel.assign(np.zeros((18, 9)))
    bias.assign(-np.arange(9) / 10)
    serving = boards.ServingPlayer(model, environment)
    folder = tmp_path_factory.mktemp("models") / "crosses"
    metadata = {
        **{"family": "dqn", "task": "board", "game": "tic_tac_toe", "discount": 0.9},
        "limits": {"max_examples": 16},
    }
    exporting.export(serving.module, serving.endpoints, folder, metadata)
    return folder


@pytest.fixture
def typed(app, saved_model, monkeypatch):
    """Plays with what a person types."""

    def run(text, *arguments):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return app(play.main, f"--saved_model={saved_model}", *arguments)

    return run


def test_a_person_plays_and_wins(typed):
    code, result, err = typed("1,1\n0,2\n(2,0)\n", "--search_depth=1")
    assert code == 0, err
    assert result["as_second"] == [0, 0, 1] and result["as_first"] == [0, 0, 0]
    assert result["win_rate"] == 0 and result["opponent"] == "human"
    assert "you move first" in err
    assert "oox\n.x.\nx.." in err.replace(" ", "")
    assert "The model lost." in err


def test_mistakes_are_one_line_and_asked_again(typed):
    code, result, err = typed("9\n0,0\n0,0\n\nq\n")
    assert code == 0, err
    assert result["win_rate"] is None
    assert "9 is no move now: 0,0" in err
    assert "0,0 is no move now: " in err  # The second time it is taken.
    assert "Nothing is no move now" in err
    assert err.count("Your move: ") == 5 and "Traceback" not in err


def test_end_of_input_ends_the_game(typed):
    code, result, _ = typed("")
    assert code == 0 and result["win_rate"] is None


def test_sides_change_from_game_to_game(typed):
    text = "1,1\n0,2\n2,0\nq\n"
    code, result, err = typed(text, "--search_depth=1", "--episodes=2")
    assert code == 0 and result["as_second"] == [0, 0, 1]
    assert "you move second" in err
    assert "first: x(0,0)" in err.partition("you move second")[2]


def test_model_plays_itself(typed):
    code, result, err = typed("", "--opponent=self", "--search_depth=1")
    assert code == 0, err
    assert result["as_first"] == [1, 0, 0]  # The first free cells make a diagonal.
    assert "The first won." in err


@pytest.mark.parametrize("opponent", ["random", "mcts"])
def test_matches_are_those_of_the_library(typed, opponent):
    arguments = ("--episodes=6", "--seed=3", "--mcts_simulations=20")
    code, result, err = typed("", f"--opponent={opponent}", *arguments)
    assert code == 0, err
    game = boards.BoardGame("tic_tac_toe")
    values = np.tile(-np.arange(9) / 10, (1_000, 1))
    search = boards.Search(game, lambda planes: values[: len(planes)], 2, 0.9)
    other = {
        "random": lambda: boards.RandomPlayer(3),
        "mcts": lambda: boards.TreeSearchPlayer(game, 20, 3),
    }[opponent]()
    tally = boards.play_match(game, boards.GreedyPlayer(search), other, 6)
    assert result["as_first"] == list(tally.first)
    assert result["as_second"] == list(tally.second)
    assert result["win_rate"] == pytest.approx(tally.win_rate)


def test_boards_make_no_video(typed):
    code, _, err = typed("", "--video=game.gif")
    assert code == 2
    assert_one_line(err, "--video=game.gif", "--task=board")


def test_there_is_no_environment_to_measure_it_in(app, saved_model):
    code, _, err = app(evaluate.main, f"--saved_model={saved_model}")
    assert code == 2
    assert_one_line(err, "apps.play")


def test_missing_package_is_named(typed, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    code, _, err = typed("q\n")
    assert code == 2
    assert_one_line(err, "pip install 'kerazoo[boards]'")
