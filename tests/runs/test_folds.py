"""The protocol of cross-validation, on learning curves in place of training."""

import json

import numpy as np
import pytest

from kerazoo.runs import cross_validate
from kerazoo.runs import folds

STEPS = (10, 20, 30)


@pytest.fixture
def train(monkeypatch):
    """Puts learning curves, one row per fold, in place of the training of folds."""

    def put(curves, steps):
        calls = []

        def run(task, workdir, schedule, record=None, **options):
            fold = len(calls)
            calls.append((task, workdir, record, options))
            workdir.mkdir(parents=True, exist_ok=True)
            lines = [{"step": 10, "loss": 0.5}]
            for step, accuracy in zip(steps[fold], curves[fold]):
                lines.append({"step": step, "eval/accuracy": accuracy, "eval/loss": 1})
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (workdir / "metrics.jsonl").write_text(text)
            return {"train_steps": steps[fold][-1], "wall_seconds": 0.5}

        monkeypatch.setattr(folds, "run", run)
        return calls

    return put


def validate(folder):
    return cross_validate(
        lambda fold: f"task {fold}",
        10,
        folder,
        "schedule",
        make_record=lambda fold, path: f"record {fold} of {path.name}",
        seed=3,
    )


def test_best_of_the_mean_curve_is_not_the_mean_of_the_best(train, tmp_path):
    curves = np.random.default_rng(0).uniform(size=(10, 3))
    curves[:, 1] += 0.2
    calls = train(curves.tolist(), [STEPS] * 10)
    result = validate(tmp_path / "run")
    assert result["best_step"] == 20
    assert result["test_accuracy"] == pytest.approx(curves[:, 1].mean())
    assert result["test_accuracy"] < curves.max(axis=1).mean()
    assert result["test_accuracy_std"] == pytest.approx(curves[:, 1].std())
    assert result["last_test_accuracy"] == pytest.approx(curves[:, 2].mean())
    assert result["folds"] == pytest.approx(curves[:, 1].tolist())
    assert result["train_steps"] == 300 and result["wall_seconds"] == 5
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    for fold, (task, workdir, record, options) in enumerate(calls):
        assert task == f"task {fold}"
        assert workdir == tmp_path / "run" / f"fold_{fold}"
        assert record == f"record {fold} of fold_{fold}"
        assert options == {"seed": 3}


def test_folds_that_ended_early_are_compared_where_all_were(train, tmp_path):
    curves = [[0.1, 0.2, 0.9]] * 9 + [[0.1, 0.2]]
    train(curves, [STEPS] * 9 + [STEPS[:2]])
    result = validate(tmp_path / "run")
    assert result["best_step"] == 20
    assert result["test_accuracy"] == pytest.approx(0.2)


def test_first_of_equally_good_steps_is_reported(train, tmp_path):
    train([[0.5, 0.5, 0.25]] * 10, [STEPS] * 10)
    result = validate(tmp_path / "run")
    assert result["best_step"] == 10 and result["test_accuracy_std"] == 0


def test_refused_fold_leaves_the_result(train, monkeypatch, tmp_path):
    train([[0.1, 0.2, 0.3]] * 10, [STEPS] * 10)
    result = validate(tmp_path / "run")

    def refuse(*_, **__):
        raise ValueError("refused")

    monkeypatch.setattr(folds, "run", refuse)
    with pytest.raises(ValueError, match="refused"):
        validate(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result


def test_result_goes_when_a_fold_has_another(train, monkeypatch, tmp_path):
    train([[0.1, 0.2, 0.3]] * 10, [STEPS] * 10)
    validate(tmp_path / "run")
    path = tmp_path / "run" / "result.json"
    fold = {"train_steps": 30, "wall_seconds": 0.5}
    (tmp_path / "run" / "fold_0" / "result.json").write_text(json.dumps(fold))
    outcomes = iter([fold, {**fold, "train_steps": 60}])
    seen = []

    def run(*_, **__):
        seen.append(path.exists())
        return next(outcomes)

    monkeypatch.setattr(folds, "run", run)
    with pytest.raises(StopIteration):
        validate(tmp_path / "run")
    # The first fold was done before; the second one was trained anew.
    assert seen == [True, True, False]
