import pathlib

import pytest

from apps.cli.whose_run import command_of
from tests.apps.conftest import assert_one_line

FILES = pathlib.Path(__file__).parents[2] / "compatibility"


@pytest.mark.parametrize("noted", sorted(FILES.glob("*/bare*.txt")), ids=str)
def test_flags_tell_the_app_and_the_task(noted):
    lines = {
        line.split("=")[0].removeprefix("--"): line
        for line in noted.read_text().splitlines()
    }
    expected = f"apps.train_{noted.parent.name}"
    task = noted.stem.removeprefix("bare").strip("_")
    if expected == "apps.train_dqn":  # It had no tasks.
        task = "control"
    assert command_of(lines) == expected + (f" --task={task}" if task else "")


def test_other_flags_are_of_no_app():
    assert command_of({"seed": "--seed=0"}) is None
    assert command_of({}) is None


@pytest.mark.parametrize(
    "arguments, noted, words",
    [
        (
            ["--task=toy"],
            "dqn/bare.txt",
            "is a run of apps.train_dqn --task=control, not of apps.tr",
        ),
        ([], "gan/bare_toy.txt", "train_gan --task=toy, not of apps.train_gan --task"),
        ([], None, "flags.txt has the flags of no app of kerazoo"),
    ],
)
def test_run_of_another_app_is_named(app, tmp_path, arguments, noted, words):
    from apps import train_gan

    (tmp_path / "checkpoints" / "0").mkdir(parents=True)
    text = (FILES / noted).read_text() if noted else "--rate=3\n"
    (tmp_path / "flags.txt").write_text(text)
    code, _, err = app(
        train_gan.main,
        *(*arguments, "--operation_threads=0", f"--workdir={tmp_path}", "--noexport"),
    )
    assert code == 2
    assert_one_line(err, words, "--workdir")
    assert err.count("became") == 0
