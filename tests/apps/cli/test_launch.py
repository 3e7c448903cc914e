import logging
import os
import subprocess
import sys

import pytest
from absl import flags
from absl.testing import flagsaver

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from kerazoo.runs import RunError
from kerazoo.training import Interrupted
from tests.apps.conftest import assert_one_line

APPS = (
    *("train_diffusion", "train_dqn", "train_gan", "train_gnn", "train_transformer"),
    *("evaluate", "generate", "play", "translate"),
)


def raising(error):
    def main():
        raise error

    return main


def test_user_error_is_one_line_and_exit_code_2(app):
    def main():
        with errors.user_errors(KeyError):
            raise KeyError("spread over\n  two lines")

    code, _, err = app(main)
    assert code == 2
    assert_one_line(err, "spread over")


def test_notice_of_the_library_is_a_line_in_flags(app):
    def main():
        logging.getLogger("kerazoo.data").info("Took `batch_size` of the data.")

    code, _, err = app(main)
    assert code == 0 and err == "Took --batch_size of the data.\n"


def test_programming_error_is_not_hidden(app):
    with pytest.raises(RuntimeError, match="a bug"):
        app(raising(RuntimeError("a bug")))


def test_divergence_is_exit_code_1(app):
    code, _, err = app(raising(FloatingPointError("The loss became nan at step 7.")))
    assert code == 1
    assert_one_line(err, "nan at step 7")


def test_mistake_of_a_run_is_said_in_flags(app):
    error = RunError("`batch_size` must be even. Received: batch_size=9")
    code, _, err = app(raising(error))
    assert code == 2
    assert_one_line(err, "--batch_size must be even. Received: --batch_size=9")


@pytest.mark.parametrize("signal_number", [2, 15])
def test_stopped_run_has_the_exit_code_of_its_signal(app, signal_number):
    code, _, err = app(raising(Interrupted(signal_number)))
    assert code == 128 + signal_number
    assert "state saved. The same command goes on" in err
    code, _, err = app(raising(Interrupted(signal_number, is_saved=False)))
    assert code == 128 + signal_number
    name = {2: "SIGINT", 15: "SIGTERM"}[signal_number]
    assert err == f"Stopped by {name}. The same command goes on.\n"


def test_ctrl_c_is_exit_code_130(app):
    assert app(raising(KeyboardInterrupt()))[0] == 130


def test_unknown_flag_and_stray_argument_are_exit_code_2(app):
    for argument in ("--no_such_flag=1", "stray"):
        code, _, err = app(lambda: None, argument)
        assert code == 2
        assert_one_line(err, argument.strip("-").split("=")[0])


def test_flag_of_another_app_is_refused(app):
    from apps import train_gan
    from apps.gan import flags as gan_flags

    assert "num_points" in {
        flag.name for flag in flags.FLAGS.get_key_flags_for_module(gan_flags)
    }
    code, _, err = app(lambda: None, "--num_points=9")
    assert code == 2
    assert_one_line(err, "--num_points", "no flag of this app")
    assert train_gan.TASKS.keys() == {"generate", "toy"}


def test_missing_flagfile_is_exit_code_2(app):
    code, _, err = app(lambda: None, "--flagfile=/no/such.flags")
    assert code == 2
    assert_one_line(err, "/no/such.flags")


def test_every_flag_has_a_help_text_and_may_change_names_flags():
    for flag in flags.FLAGS.get_key_flags_for_module(run_flags):
        assert len(flag.help) > 10, flag.name
    assert all(name in flags.FLAGS for name in run_flags.MAY_CHANGE)


@pytest.mark.parametrize("name", APPS)
def test_help_answers_without_tensorflow(name):
    program = f"""
import sys
from apps import {name} as app
from apps.cli.launch import launch
try:
    launch(
        app.main, getattr(app, "DEFAULTS", None), getattr(app, "TASKS", None),
        ["{name}", "--no_such_flag"],
    )
except SystemExit as stop:
    heavy = {{"tensorflow", "keras", "numpy", "tensorflow_datasets"}}
    print(stop.code, sorted(heavy & set(sys.modules)))
"""
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "2 []", done.stderr


def test_helpshort_lists_own_and_shared_flags():
    done = subprocess.run(
        [sys.executable, "-m", "apps.train_dqn", "--helpshort"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    for name in ("env", "n_step", "workdir", "train_steps", "strategy"):
        assert f"\n  --{name}" in done.stdout
    assert "Optimizer steps in all. Default: 50000 (board 6000," in done.stdout
    assert "--num_points" not in done.stdout


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (("a", "b"), 0, ("a", "b")),
        (("a", "--v=0", "b"), 0, ("a", "b")),
        ((), 0, ()),
        (("a", "b", "c"), 2, None),
    ],
)
def test_words_are_handed_to_who_takes_them(arguments, code, words):
    got = []

    def main(*words):
        got.append(words)

    with flagsaver.flagsaver(), pytest.raises(SystemExit) as stop:
        launch(main, argv=["app", *arguments], words=2)
    assert got == ([] if code else [words])
    assert (stop.value.code or 0) == code
