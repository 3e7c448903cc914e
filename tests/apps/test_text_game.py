"""`--task=text_game` from the command line, and `apps.play` with its models."""

import io

import gymnasium
import pytest

from apps import play
from apps import train_dqn
from kerazoo.models.dqn import text_games
from kerazoo.serving import exporting
from kerazoo.text import WordTokenizer
from tests.apps.conftest import assert_one_line

TINY = (
    "--task=text_game",
    *("--train_steps=16", "--eval_every=16", "--checkpoint_every=16"),
    *("--learning_starts=64", "--replay_capacity=200", "--num_envs=2"),
    *("--embedding_size=8", "--hidden_units=8", "--text_encoder=bag"),
    *("--eval_episodes=2", "--max_game_steps=5", "--batch_size=8", "--nojit_compile"),
)


class Boom(gymnasium.Env):
    def __init__(self, split):
        self.split = split

    def reset(self, **kwargs):
        raise RuntimeError("no reset")


class Numbers(Boom):
    def reset(self, **kwargs):
        return 3, {"commands": ["go"]}


class Castle:
    def __init__(self, split):
        self.split = split


SIZES = {"min_rooms": 2, "max_rooms": 3, "wanted_foods": 1, "other_foods": 0}


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    """One that has learnt nothing."""
    tokenizer = WordTokenizer(text_games.TextHouse.words)
    network = text_games.RelevanceNetwork(tokenizer.vocabulary_size, 8, (8,), "bag")
    network.build()
    serving = text_games.ServingTextPolicy(network, tokenizer)
    folder = tmp_path_factory.mktemp("models") / "house"
    metadata = {
        **{"family": "dqn", "task": "text_game", "house": SIZES},
        "game": {"text_game": "house", "max_game_steps": 4},
        "limits": {"max_examples": 16, "max_text_bytes": 10_000},
        "eval_epsilon": 0.05,
    }
    exporting.export(serving.module, serving.endpoints, folder, metadata)
    return folder


def test_run_goes_on(app, paths):
    command = (*TINY, *paths, "--noexport")
    code, result, err = app(train_dqn.main, *command)
    assert code == 0, err
    assert "text_house: " in err and "at most 15 commands; 2 copies" in err
    assert result["rules_success_rate"] >= result["random_success_rate"]
    code, result, err = app(train_dqn.main, *command, "--train_steps=24")
    assert code == 0 and "Going on from step 16" in err, err
    assert result["train_steps"] == 24
    code, _, err = app(train_dqn.main, *command, "--max_rooms=6")
    assert code == 2
    assert_one_line(err, "--max_rooms=5 became --max_rooms=6")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--min_rooms=6"], ["--min_rooms=6", "--max_rooms"]),
        (["--wanted_foods=8", "--other_foods=8"], ["--wanted_foods=8"]),
        (["--text_game=castle"], ["--text_game=castle", "module:Class"]),
        (["--text_game=none.z8"], ["There is no file none.z8"]),
        (["--text_game=none.z8", "--max_rooms=7"], ["--max_rooms goes with"]),
        (["--text_game=no_such:Game"], ["No module named 'no_such'"]),
        (["--agent=c51"], ["--agent=c51", "munchausen"]),
        (["--dueling"], ["--dueling goes with --task=control"]),
        (["--max_commands=3"], ["--max_commands=3", "at least 15"]),
        (["--eval_text_game=x.z8"], ["--eval_text_game goes with", "house"]),
        ([f"--text_game={__name__}:Boom"], ["RuntimeError: no reset"]),
        ([f"--text_game={__name__}:Numbers"], ["must say texts, not 3"]),
        ([f"--text_game={__name__}:Castle"], ["must be a gymnasium.Env"]),
        (["--env=Acrobot-v1"], ["--env goes with --task=control"]),
        (["--text_encoder=transformer", "--embedding_size=12"], ["multiple of 8"]),
    ],
)
def test_wrong_input_is_one_line(app, paths, arguments, words):
    tiny = [flag for flag in TINY if not flag.startswith("--max_game_steps")]
    code, _, err = app(train_dqn.main, *tiny, *paths, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_games_of_your_own_say_when_they_end(app, paths):
    game = f"--text_game={__name__}:Numbers"
    code, _, err = app(train_dqn.main, *TINY, *paths, game)
    assert code == 2
    assert_one_line(err, "--max_game_steps", game)


def test_flags_of_texts_go_with_games_of_text(app, paths):
    code, _, err = app(train_dqn.main, "--max_rooms=6", *paths)
    assert code == 2
    assert_one_line(err, "--max_rooms goes with --task=text_game")


def test_model_plays_and_the_first_episode_is_shown(app, saved_model):
    arguments = f"--saved_model={saved_model}", "--episodes=3"
    code, result, err = app(play.main, *arguments)
    assert code == 0, err
    assert len(result["returns"]) == 3 and result["player"] == "model"
    assert result["mean_steps"] <= 4
    shown = [line for line in err.splitlines() if line.startswith("> ")]
    assert 1 <= len(shown) <= 4 and "episode 2: return" in err
    assert app(play.main, *arguments)[1] == result


def test_a_person_plays_with_advice(app, saved_model, monkeypatch):
    game = text_games.TextHouse(_sizes(), "test", 4)
    text, info = game.reset(seed=0)
    typed = f"fly\n{info['commands'][0].upper()}\n1\nq\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    arguments = f"--saved_model={saved_model}", "--opponent=human", "--seed=0"
    code, result, err = app(play.main, *arguments)
    assert code == 0, err
    assert text in err and "The model would: " in err
    assert "It takes one of the commands" in err
    assert result["player"] == "human" and result["returns"] == []


@pytest.mark.parametrize(
    "flag", ["--opponent=mcts", "--opponent=random", "--search_depth=3"]
)
def test_flags_of_boards_do_not_go_with_texts(app, saved_model, flag):
    code, _, err = app(play.main, f"--saved_model={saved_model}", flag)
    assert code == 2
    assert_one_line(err, flag.partition("=")[0])


def test_no_video_of_texts(app, saved_model, tmp_path):
    arguments = f"--saved_model={saved_model}", f"--video={tmp_path}/play.gif"
    code, _, err = app(play.main, *arguments)
    assert code == 2
    assert_one_line(err, "--video", "text_game")


def _sizes():
    from kerazoo.models.dqn.config import HouseConfig

    return HouseConfig(**SIZES)
