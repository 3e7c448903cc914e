import json

import pytest
from absl import flags

from apps.cli import run_flags
from apps.cli import train
from tests.apps.conftest import assert_one_line
from tests.runs.line_task import LineTask

flags.adopt_module_key_flags(run_flags)
SHORT = ("--train_steps=4", "--eval_every=2", "--checkpoint_every=2", "--log_every=2")


def main():
    train.train(LineTask, "line", "Slope-v1", __name__)


def validate():
    train.cross_validate(
        lambda fold: LineTask(), "line", "Slope-v1", __name__, 2, "error"
    )


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_default_folders_are_of_family_and_short_name(app, tmp_path):
    code, result, err = app(main, *SHORT)
    assert code == 0, err
    assert result["export"] == "saved_models/line_slope/1"
    assert json.loads((tmp_path / "runs/line/slope/result.json").read_text()) == result
    assert 'name: "line_slope"' in (tmp_path / "saved_models/models.config").read_text()
    code, again, err = app(main, "--flagfile=runs/line/slope/flags.txt")
    assert code == 0 and again == result and "Done before" in err
    code, more, err = app(main, *SHORT, "--train_steps=6", "--noexport")
    assert code == 0 and more["train_steps"] == 6 and more["export"] is None, err
    assert "Going on from step 4" in err


def test_other_model_flags_are_refused_and_those_of_time_are_not(app):
    assert app(main, *SHORT, "--noexport")[0] == 0
    code, _, err = app(main, *SHORT, "--learning_rate=0.5", "--noexport")
    assert code == 2
    assert_one_line(err, "--learning_rate=0.001 became --learning_rate=0.5")
    assert app(main, *SHORT, "--noexport", "--log_every=1")[0] == 0


def test_closing_says_what_was_found_and_where(app, tmp_path):
    code, result, err = app(main, *SHORT, "--workdir=w", "--export_dir=m")
    assert code == 0, err
    lines = [line.split() for line in err.splitlines()]
    (error,) = [line for line in lines if line[:1] == ["test_error"]]
    assert float(error[1]) == pytest.approx(result["test_error"], rel=1e-3)
    (score,) = [line for line in lines if line[:1] == ["score"]]
    assert score[2:] == ["-test_error:", "the", "larger,", "the", "better"]
    assert ["pictures", "w/line.png"] in lines
    assert ["run", "w"] in lines and ["export", "m/1"] in lines


@pytest.mark.parametrize(
    "text, words",
    [
        (b"--seed=0\n\xff\n", ["flags.txt is damaged", "--workdir"]),
        (b"--seed=0\nwhat is this\n", ["flags.txt is damaged (line 2 is no flag"]),
        (None, ["no flags.txt", "--workdir"]),
    ],
)
def test_damaged_flags_are_one_line(app, tmp_path, text, words):
    (tmp_path / "w" / "checkpoints" / "000000000004").mkdir(parents=True)
    if text is not None:
        (tmp_path / "w" / "flags.txt").write_bytes(text)
    code, _, err = app(main, *SHORT, "--workdir=w")
    assert code == 2
    assert_one_line(err, *words)


def test_damaged_result_is_one_line(app, tmp_path):
    assert app(main, *SHORT, "--workdir=w", "--noexport")[0] == 0
    (tmp_path / "w" / "result.json").write_text('{"score": ')
    code, _, err = app(main, *SHORT, "--workdir=w", "--noexport")
    assert code == 2
    assert_one_line(err, "w/result.json is damaged", "delete it")


def test_seeds_have_a_folder_and_flags_each(app, tmp_path):
    seeds = ("--num_seeds=2", "--seed=5", "--workdir=w", "--export_dir=m")
    code, result, err = app(main, *SHORT, *seeds)
    assert code == 0, err
    assert result["seed"] in (5, 6) and result["export"] == "m/1"
    assert result["score_std"] > 0
    for seed in (5, 6):
        text = (tmp_path / f"w/seed_{seed}/flags.txt").read_text()
        assert f"--seed={seed}\n" in text and "--num_seeds=1\n" in text
    # One of them can be run again alone.
    code, _, err = app(main, "--flagfile=w/seed_5/flags.txt", "--noexport")
    assert code == 0 and "Done before" in err, err
    code, again, err = app(main, *SHORT, *seeds)
    assert code == 0 and again["score_mean"] == result["score_mean"]


def test_folds_have_a_folder_each(app, tmp_path):
    code, result, err = app(validate, *SHORT)
    assert code == 0, err
    assert len(result["folds"]) == 2
    assert (tmp_path / "runs/line/slope_folds/fold_1/flags.txt").exists()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--profile_steps=5"], ["--profile_steps=5", "A < B"]),
        (["--num_devices=2", "--strategy=one_device"], ["--num_devices"]),
        (["--workdir=/proc/nothing"], ["--workdir=/proc/nothing", "cannot be written"]),
        (["--workdir=/dev/null/run"], ["--workdir=", "/dev/null is a file"]),
        (["--export_dir=/proc/nothing"], ["--export_dir=/proc/nothing", "may write"]),
        (["--strategy=multi_worker"], ["TF_CONFIG", "cluster"]),
    ],
)
def test_mistakes_are_one_line(app, arguments, words):
    code, _, err = app(main, *SHORT, *arguments)
    assert code == 2
    assert_one_line(err, *words)
