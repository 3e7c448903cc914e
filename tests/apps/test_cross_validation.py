import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from apps import cross_validation
from apps import runner
from tests.apps.conftest import assert_one_line

ROOT = pathlib.Path(__file__).parents[2]
STEPS = (10, 20, 30)


@pytest.fixture
def train(monkeypatch):
    """Puts learning curves, one row per fold, in place of the training of folds."""

    def put(curves, steps):
        calls = []

        def repeat(*flags):
            fold = len(calls)
            calls.append(flags)
            (workdir,) = (flag for flag in flags if flag.startswith("--workdir="))
            folder = pathlib.Path(workdir.removeprefix("--workdir="))
            folder.mkdir(parents=True)
            lines = [{"step": 10, "loss": 0.5}]
            for step, accuracy in zip(steps[fold], curves[fold]):
                lines.append({"step": step, "eval/accuracy": accuracy, "eval/loss": 1})
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (folder / "metrics.jsonl").write_text(text)
            return {"train_steps": steps[fold][-1], "wall_seconds": 0.5}

        monkeypatch.setattr(runner, "repeat", repeat)
        return calls

    return put


def main(_):
    cross_validation.run("gnn", "rings", "accuracy")


def test_best_of_the_mean_curve_is_not_the_mean_of_the_best(app, train, tmp_path):
    curves = np.random.default_rng(0).uniform(size=(10, 3))
    curves[:, 1] += 0.2
    calls = train(curves.tolist(), [STEPS] * 10)
    code, result, err = app(main, f"--workdir={tmp_path}/run")
    assert code == 0, err
    assert result["best_step"] == 20
    assert result["test_accuracy"] == pytest.approx(curves[:, 1].mean())
    assert result["test_accuracy"] < curves.max(axis=1).mean()
    assert result["test_accuracy_std"] == pytest.approx(curves[:, 1].std())
    assert result["last_test_accuracy"] == pytest.approx(curves[:, 2].mean())
    assert result["folds"] == pytest.approx(curves[:, 1].tolist())
    assert result["train_steps"] == 300 and result["wall_seconds"] == 5
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    for fold, flags in enumerate(calls):
        assert f"--fold={fold}" in flags and "--nocross_validate" in flags
        assert f"--workdir={tmp_path}/run/fold_{fold}" in flags
    assert len({flag for flags in calls for flag in flags if "fold=" in flag}) == 10


def test_folds_that_ended_early_are_compared_where_all_were(app, train, tmp_path):
    curves = [[0.1, 0.2, 0.9]] * 9 + [[0.1, 0.2]]
    train(curves, [STEPS] * 9 + [STEPS[:2]])
    _, result, _ = app(main, f"--workdir={tmp_path}/run")
    assert result["best_step"] == 20
    assert result["test_accuracy"] == pytest.approx(0.2)


def test_first_of_equally_good_steps_is_reported(app, train, tmp_path):
    train([[0.5, 0.5, 0.25]] * 10, [STEPS] * 10)
    _, result, _ = app(main, f"--workdir={tmp_path}/run")
    assert result["best_step"] == 10 and result["test_accuracy_std"] == 0


def test_several_seeds_are_refused(app, tmp_path):
    code, _, err = app(main, f"--workdir={tmp_path}/run", "--num_seeds=2")
    assert code == 2
    assert_one_line(err, "--num_seeds=1")


def test_refused_command_leaves_the_result(app, train, monkeypatch, tmp_path):
    train([[0.1, 0.2, 0.3]] * 10, [STEPS] * 10)
    workdir = f"--workdir={tmp_path}/run"
    _, result, _ = app(main, workdir)

    def refuse(*flags):
        raise SystemExit(2)

    monkeypatch.setattr(runner, "repeat", refuse)
    code, _, _ = app(main, workdir)
    assert code == 2
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result


def test_result_goes_when_a_fold_has_another(app, train, monkeypatch, tmp_path):
    train([[0.1, 0.2, 0.3]] * 10, [STEPS] * 10)
    workdir = f"--workdir={tmp_path}/run"
    app(main, workdir)
    path = tmp_path / "run" / "result.json"
    fold = {"train_steps": 30, "wall_seconds": 0.5}
    (tmp_path / "run" / "fold_0" / "result.json").write_text(json.dumps(fold))
    outcomes = iter([fold, {**fold, "train_steps": 60}])
    seen = []

    def repeat(*flags):
        seen.append(path.exists())
        try:
            return next(outcomes)
        except StopIteration:
            raise SystemExit(143) from None

    monkeypatch.setattr(runner, "repeat", repeat)
    assert app(main, workdir)[0] == 143
    # The first fold was done before; the second one was trained anew.
    assert seen == [True, True, False]


@pytest.mark.slow
def test_command_trains_ten_folds_and_goes_on(tmp_path):
    paths = ["0 1 1\n0 2 0 2\n0 1 1\n" if i % 2 else 3 * "0 1 0\n" for i in range(20)]
    graphs = "".join(f"3 {i % 2}\n{nodes}" for i, nodes in enumerate(paths))
    (tmp_path / "PATHS.txt").write_text(f"20\n{graphs}")
    command = [
        *(sys.executable, "-m", "apps.train_gnn", "--task=graph", "--dataset=PATHS"),
        *(f"--data_dir={tmp_path}", f"--workdir={tmp_path}/run", "--cross_validate"),
        *("--train_steps=4", "--eval_every=2", "--batch_size=4", "--hidden_size=8"),
    ]
    first, again = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        for _ in range(2)
    )
    assert first.returncode == 0, first.stderr
    result = json.loads(first.stdout)
    tests = []
    for fold in range(10):
        folder = tmp_path / "run" / f"fold_{fold}"
        lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
        curve = {x["step"]: x["eval/accuracy"] for x in lines if "eval/accuracy" in x}
        tests.append(curve[result["best_step"]])
    assert result["folds"] == tests
    assert result["test_accuracy"] == pytest.approx(np.mean(tests))
    assert again.stderr.count("Done before") == 10
    assert json.loads(again.stdout) == result
