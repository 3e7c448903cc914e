"""Environments of people's own modules, and what is wrong with some."""

import sys

import pytest

from apps import train_dqn
from tests.apps.conftest import assert_one_line

TINY = (
    "--hidden_units=8",
    "--train_steps=32",
    "--learning_starts=64",
    "--eval_every=32",
    "--log_every=32",
    "--eval_episodes=2",
    "--num_envs=2",
    "--replay_capacity=500",
)
OWN = """
import gymnasium
import numpy as np

class Own(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, size=1):
        self.time = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.time += 1
        reward = 1.0
        REST
        return np.zeros(2, np.float32), reward, self.time % 5 == 0, False, {}

gymnasium.register("Own-v0", "own_module:Own")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes a module; returns the flag of its environment."""
    import gymnasium

    monkeypatch.syspath_prepend(tmp_path)

    def write(rest="pass", text=OWN):
        (tmp_path / "own_module.py").write_text(text.replace("REST", rest))
        return "--env=own_module:Own-v0"

    yield write
    sys.modules.pop("own_module", None)
    gymnasium.registry.pop("Own-v0", None)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (
            "if self.time == 12: raise KeyError('speed')",
            ["own_module:Own-v0 failed at step 2 of an episode: KeyError: 'speed' ("],
        ),
        (
            "if self.time == 12: reward = float('nan')",
            ["own_module:Own-v0 gave a reward of nan at step 2 of episode 3 of copy 0"],
        ),
    ],
)
def test_environment_that_fails_ends_training_with_1(app, paths, own, rest, words):
    code, _, err = app(train_dqn.main, own(rest), *TINY, *paths)
    assert code == 1, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (OWN, ["--env_kwargs=colour=3"], ["takes no colour", "--env_kwargs="]),
        (OWN, ["--env_kwargs=colour"], ["name=value", "--env_kwargs=colour"]),
        (OWN.replace("import numpy as np", ""), [], ["NameError", "line 6"]),
        (OWN.replace("Own-v0", "Other-v1"), [], ["own_module, which has Other-v1"]),
        (
            OWN.replace("REST", "return {}['a']"),
            [],
            ["KeyError: 'a'", "line 19"],
        ),
        (
            OWN.replace("Discrete(2)", "Box(0, 1)"),
            [],
            ["these are continuous", "action_bins"],
        ),
        (OWN.replace("Box(-1, 1, (2,)", "Text(5)#"), [], ["Observations must be Box"]),
    ],
)
def test_mistakes_are_said_before_tensorflow(
    app, paths, own, monkeypatch, text, arguments, words
):
    import gymnasium

    monkeypatch.setattr("apps.cli.errors.heavy_imports", None)  # It is not reached.
    code, _, err = app(train_dqn.main, own(text=text), *arguments, *paths)
    gymnasium.registry.pop("Other-v1", None)
    assert code == 2, err
    assert_one_line(err, *words)


def test_module_is_imported_and_remembered(app, paths, own, tmp_path):
    own()
    given = "--env_module=own_module", "--env=Own-v0", "--noexport"
    code, result, err = app(train_dqn.main, *given, *TINY, *paths)
    assert code == 0, err
    assert result["mean_return"] == 5.0
    assert "own_module:Own-v0" in (tmp_path / "run" / "model.json").read_text()
    again = app(train_dqn.main, *given, *TINY, *paths)
    assert again[:2] == (0, result) and "Done before" in again[2]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--env=Other-v1"], ["no environment Other-v1 in the module own_module"]),
        (["--env=other:Own-v0"], ["--env=other:Own-v0 has a module already"]),
        (["--env_module=no_such", "--env=Own-v0"], ["no module no_such"]),
    ],
)
def test_modules_that_lack_it_are_said(app, paths, own, flags, words):
    own()
    code, _, err = app(train_dqn.main, "--env_module=own_module", *flags, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ("Taxi-v3", ["take it with --env=Taxi-v4", "--env=Taxi-v3"]),
        ("cartpole-v1", ["Did you mean CartPole-v1?"]),
    ],
)
def test_names_that_nothing_has_are_said_with_another(app, paths, env, words):
    code, _, err = app(train_dqn.main, f"--env={env}", *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_video_needs_an_environment_that_draws(app, paths, own, tmp_path):
    code, _, err = app(train_dqn.main, own(), *TINY, *paths, "--video_every=32")
    assert code == 2, err
    assert_one_line(err, "--env=own_module:Own-v0, which draws nothing", "render")
    assert not (tmp_path / "run").exists()
