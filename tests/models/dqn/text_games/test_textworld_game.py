import importlib.machinery
import pathlib
import subprocess
import sys
import types

import pytest

from kerazoo.models.dqn import config
from kerazoo.models.dqn.text_games import TextWorldGame
from kerazoo.models.dqn.text_games import make_text_game
from kerazoo.models.dqn.text_games import words_of


class Door:
    """A game of two commands as TextWorld would run it."""

    def __init__(self, path, infos):
        self.path = path
        assert infos.admissible_commands and infos.objective and infos.won

    def reset(self):
        self.score = 0
        return self.state("Welcome!")

    def state(self, feedback):
        return {
            "admissible_commands": ["examine door", "look", "inventory", "open door"],
            "description": "-= Hall =-\n\nA door.",
            "feedback": feedback,
            "inventory": "You carry nothing.",
            "max_score": 2,
            "objective": f"Open  the door of {pathlib.Path(self.path).stem}.",
            "score": self.score,
            "won": self.score == 2,
        }

    def step(self, command):
        assert command == "open door"
        self.score += 1
        return self.state("It creaks."), self.score, self.score == 2

    def close(self):
        self.path = None


@pytest.fixture
def textworld(monkeypatch):
    module = types.ModuleType("textworld")
    module.__spec__ = importlib.machinery.ModuleSpec("textworld", None)
    module.EnvInfos = types.SimpleNamespace
    module.start = Door
    monkeypatch.setitem(sys.modules, "textworld", module)


@pytest.fixture
def files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.z8").touch()
        (tmp_path / f"{name}.json").touch()
    return [str(tmp_path / "one.z8"), str(tmp_path / "two.z8")]


def test_episode_by_hand(textworld, files):
    game = TextWorldGame(files)
    text, info = game.reset(seed=1)
    assert text == ("You carry nothing.\n-= Hall =- A door.\n\nOpen the door of two.")
    assert info == {"commands": ["open door"], "won": False}
    text, reward, terminated, truncated, info = game.step("open door")
    assert "It creaks." in text
    assert (reward, terminated, truncated) == (0.5, False, False)
    assert game.step("open door")[1:4] == (0.5, True, False)
    assert "of one." in game.reset(seed=2)[0]
    assert {game.reset()[0][-4:] for _ in range(20)} == {"one.", "two."}
    game.close()


def test_long_episode_is_truncated(textworld, files):
    game = TextWorldGame(files[:1], max_steps=1)
    game.reset(seed=0)
    assert game.step("open door")[2:4] == (False, True)


def test_words_are_those_that_are_seen(textworld, files):
    words = words_of(TextWorldGame(files))
    assert {"hall", "door", "open", "creaks", "one", "two", "."} <= set(words)


def test_evaluations_may_have_games_of_their_own(textworld, files):
    sizes = config.TextGameConfig(files[0], files[1])
    assert "of one." in make_text_game(sizes).reset(seed=0)[0]
    for split in ("validation", "test"):
        assert "of two." in make_text_game(sizes, split=split).reset(seed=0)[0]


def test_missing_package_is_named(files, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'kerazoo\[language\]'"):
        TextWorldGame(files)


@pytest.mark.parametrize(
    "name, words",
    [
        ("no.z8", "There is no file .*no.z8: tw-make writes it"),
        ("one.z8,other.txt,two.z8", "end in .z8 or .ulx. Received: other.txt"),
        ("alone.ulx", "There is no file .*alone.json"),
    ],
)
def test_wrong_files_are_refused(textworld, files, tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alone.ulx").touch()
    with pytest.raises(ValueError, match=words):
        make_text_game(config.TextGameConfig(name))


@pytest.mark.slow
def test_game_of_textworld_is_won_by_its_walkthrough(tmp_path):
    textworld = pytest.importorskip(
        "textworld", reason="textworld brings 35 packages: kerazoo[language]"
    )
    path = tmp_path / "simple.z8"
    command = pathlib.Path(sys.executable).with_name("tw-make")
    options = ("--rewards=dense", "--goal=detailed", "--seed=1", f"--output={path}")
    subprocess.run([command, "tw-simple", *options], check=True)
    told = textworld.EnvInfos(extras=["walkthrough"])
    walkthrough = textworld.start(str(path), told).reset()["extra.walkthrough"]
    game = TextWorldGame([path])
    _, info = game.reset(seed=0)
    total = 0.0
    for step in walkthrough:
        assert step in info["commands"]
        _, reward, terminated, _, info = game.step(step)
        total += reward
    assert terminated and info["won"] and total == pytest.approx(1)
    assert len(words_of(game)) > 50
