import os
import subprocess
import sys

import numpy as np
import pytest
from absl import flags

from apps import runner
from tests.apps.conftest import assert_one_line


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("CartPole-v1", "cartpole"),
        ("ALE/Pong-v5", "pong"),
        ("my_module:Some-Env-v12", "some-env"),
        ("mnist", "mnist"),
        ("no-version", "no-version"),
    ],
)
def test_short_name(name, short):
    assert runner.short_name(name) == short


def test_user_error_is_one_line_and_exit_code_2(app):
    def main(_):
        with runner.user_errors(KeyError):
            raise KeyError("spread over\n  two lines")

    code, _, err = app(main)
    assert code == 2
    assert_one_line(err, "spread over")


def test_programming_error_is_not_hidden(app):
    def main(_):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        app(main)


def test_divergence_is_exit_code_1(app):
    def main(_):
        raise FloatingPointError("The loss became nan at step 7.")

    code, _, err = app(main)
    assert code == 1
    assert_one_line(err, "nan at step 7")


def test_unknown_flag_and_stray_argument_are_exit_code_2(app):
    for argument in ("--no_such_flag=1", "stray"):
        code, _, err = app(lambda _: None, argument)
        assert code == 2
        assert_one_line(err, argument.strip("-").split("=")[0])


def test_missing_flagfile_is_exit_code_2(app):
    code, _, err = app(lambda _: None, "--flagfile=/no/such.flags")
    assert code == 2
    assert_one_line(err, "/no/such.flags")


def test_missing_package_names_the_extra(capsys):
    with pytest.raises(SystemExit) as stop, runner.heavy_imports("dqn"):
        import package_that_is_not_there  # noqa: F401
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert_one_line(err, "package_that_is_not_there", "kerazoo[dqn]")


def test_helpshort_lists_own_and_shared_flags():
    done = subprocess.run(
        [sys.executable, "-m", "apps.train_dqn", "--helpshort"],
        capture_output=True,
        text=True,
    )
    for name in ("--env:", "--n_step:", "--workdir:", "--train_steps:", "--strategy:"):
        assert name in done.stdout
    assert "default: '50000'" in done.stdout


def test_every_shared_flag_has_a_help_text():
    from apps import flags as shared

    for flag in flags.FLAGS.get_key_flags_for_module(shared):
        assert len(flag.help) > 10, flag.name
    assert np.all([name in flags.FLAGS for name in shared.MAY_CHANGE])


@pytest.mark.parametrize("name", ["play", "train_dqn", "train_gnn"])
def test_apps_start_in_a_process_of_their_own(name):
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    done = subprocess.run(
        [sys.executable, "-m", f"apps.{name}", "--helpshort"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "--workdir" in done.stdout or name == "play"
