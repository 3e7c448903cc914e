"""`--task=fictitious_play` on the command line, and hands against its export."""

import io
import json
import sys

import pytest

from apps import play
from apps import train_dqn
from tests.apps.conftest import assert_one_line

TINY = (
    "--task=fictitious_play",
    "--hidden_units=8",
    "--num_envs=16",
    "--batch_size=16",
    "--block_length=64",
    "--gradient_steps_per_env_step=0.0625",
    "--learning_starts=64",
    "--replay_capacity=300",
    "--reservoir_capacity=100",
    "--train_steps=16",
    "--eval_every=8",
    "--checkpoint_every=8",
    "--log_every=8",
    "--nojit_compile",  # Compiling takes longer than this run.
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cards")


@pytest.fixture
def trained(app, folder):
    """Result of a run that is done, by the first test that asks for it."""
    paths = f"--workdir={folder}/run", f"--export_dir={folder}/model"
    code, result, err = app(train_dqn.main, *TINY, *paths)
    assert code == 0, err
    return result


def test_trains_and_says_how_to_play(trained, folder):
    assert 0 < trained["exploitability"] < 1
    assert trained["train_steps"] == 16 and trained["hands"] % 16 == 0
    flags = (folder / "run" / "flags.txt").read_text()
    assert "--game=kuhn_poker" in flags and "--loss=mse" in flags
    assert json.loads((folder / "run" / "result.json").read_text()) == trained


@pytest.mark.parametrize("opponent", ["random", "self"])
def test_results_against_others_are_exact(app, trained, folder, opponent):
    code, result, err = app(
        play.main, f"--saved_model={folder}/model", f"--opponent={opponent}"
    )
    assert code == 0, err
    expected = {"random": trained["return_against_random"], "self": 0.0}[opponent]
    assert result["mean_return"] == pytest.approx(expected, abs=1e-5)
    if opponent == "self":
        first = trained["first_player_return"]
        assert result["as_first"] == pytest.approx(first, abs=1e-5)


def test_person_plays_hands(app, trained, folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("fold\nb\n" * 20 + "q\n"))
    model = f"--saved_model={folder}/model"
    code, result, err = app(play.main, model, "--episodes=3")
    assert code == 0, err
    assert result["hands"] == 3 and abs(result["mean_return"]) <= 2
    assert "`fold` must be Pass or Bet. q quits." in err
    assert "you are the first player" in err and "you are the second player" in err
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    code, result, _ = app(play.main, model)
    assert (code, result["hands"], result["mean_return"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--game=leduk_poker"], ["Did you mean leduc_poker?", "--game=leduk_poker"]),
        (["--game=go"], ["two players, zero-sum", "--game=go"]),
        (["--n_step=2"], ["--n_step goes with --task="]),
        (["--env=CartPole-v1", "--env_module=x"], ["--env"]),
        (["--agent=iqn"], ["--agent=iqn", "which learn values"]),
        (["--anticipation=0"], ["--anticipation must be more than 0"]),
    ],
)
def test_mistakes_are_said(app, paths, monkeypatch, flags, words):
    monkeypatch.setattr("apps.cli.errors.heavy_imports", None)  # It is not reached.
    code, _, err = app(train_dqn.main, *TINY, *flags, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_missing_package_is_said(app, paths, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    code, _, err = app(train_dqn.main, *TINY, *paths)
    assert code == 2, err
    assert_one_line(err, "pyspiel", "pip install 'kerazoo[boards]'")


def test_tree_search_is_for_boards(app, trained, folder):
    model = f"--saved_model={folder}/model"
    code, _, err = app(play.main, model, "--opponent=mcts")
    assert code == 2
    assert_one_line(err, "--opponent=mcts goes with board games")
