"""What is known of agents before TensorFlow is imported."""

import contextlib

import pytest
from absl import flags

from apps import train_dqn
from apps.cli import errors
from tests.apps.conftest import assert_one_line


@pytest.fixture(autouse=True)
def found(monkeypatch, tmp_path):
    """Values of the flags where TensorFlow would be imported; the app ends there."""
    values = {}

    @contextlib.contextmanager
    def stop(*args, **kwargs):
        values.update(flags.FLAGS.flag_values_dict())
        raise SystemExit(7)
        yield

    monkeypatch.setattr(errors, "heavy_imports", stop)
    monkeypatch.chdir(tmp_path)
    return values


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--agent=c51", "--loss=mse"], ["--loss", "--agent=dqn"]),
        (["--v_max=10"], ["--v_max", "--agent=c51 or rainbow"]),
        (["--agent=c51", "--v_min=5", "--v_max=5"], ["--v_min=5"]),
        (["--agent=c51", "--num_atoms=1"], ["--num_atoms"]),
        (["--agent=c51", "--num_quantiles=9"], ["--agent=qr_dqn or iqn"]),
        (["--agent=iqn", "--kappa=-1"], ["--kappa"]),
        (["--agent=iqn", "--num_quantiles=0"], ["--num_quantiles"]),
        (["--munchausen_alpha=0.5"], ["--munchausen_alpha", "--agent=munchausen"]),
        (["--agent=munchausen", "--munchausen_clip=1"], ["--munchausen_clip"]),
        (["--agent=munchausen", "--munchausen_temperature=0"], ["temperature"]),
    ],
)
def test_flags_of_other_agents_are_one_line_and_exit_code_2(app, arguments, words):
    code, _, err = app(train_dqn.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


CHANGED = {
    "rainbow": {
        "dueling": True,
        "epsilon_decay_steps": 1_000,
        "epsilon_end": 0.0,
        "n_step": 3,
        "noisy": True,
        "replay": "prioritized",
    },
    "munchausen": {"n_step": 1, "noisy": False, "replay": "uniform"},
    "c51": {"dueling": False, "epsilon_end": 0.04, "n_step": 3},
    "iqn": {"num_quantiles": 8},
    "qr_dqn": {"num_quantiles": 32},
}


@pytest.mark.parametrize("agent", CHANGED)
def test_agents_have_their_own_defaults(app, found, agent):
    assert app(train_dqn.main, f"--agent={agent}")[0] == 7
    assert CHANGED[agent].items() <= found.items()


def test_what_was_given_counts(app, found):
    given = ("--nodueling", "--replay=uniform", "--epsilon_end=0.1", "--n_step=5")
    assert app(train_dqn.main, "--agent=rainbow", *given)[0] == 7
    expected = {"dueling": False, "replay": "uniform", "epsilon_end": 0.1, "n_step": 5}
    assert {**expected, "noisy": True}.items() <= found.items()


def test_noise_begins_when_learning_does(app, found):
    assert app(train_dqn.main, "--noisy", "--learning_starts=123")[0] == 7
    assert {"epsilon_decay_steps": 123, "epsilon_end": 0.0}.items() <= found.items()
