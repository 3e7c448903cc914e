import json

import numpy as np
import pytest

from kerazoo.runs import run
from kerazoo.runs import run_seeds
from kerazoo.training import Schedule
from tests.runs.line_task import LineTask

SCHEDULE = Schedule(train_steps=3, eval_every=3)


def test_seeds_are_runs_of_their_own_and_the_best_is_exported(tmp_path, capsys):
    models = tmp_path / "models"
    summary = run_seeds(
        LineTask, range(3, 6), tmp_path / "run", SCHEDULE, export_dir=models
    )
    singles = [
        run(LineTask(), tmp_path / f"single_{seed}", SCHEDULE, seed=seed)
        for seed in range(3, 6)
    ]
    scores = [result["score"] for result in singles]
    assert summary["score"] == max(scores)
    assert summary["seed"] == 3 + int(np.argmax(scores))
    assert summary["score_mean"] == pytest.approx(np.mean(scores))
    assert summary["score_std"] == pytest.approx(np.std(scores))
    assert summary["export"] == f"{models}/1"
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == summary
    for seed in range(3, 6):
        assert (tmp_path / "run" / f"seed_{seed}" / "result.json").exists()
    capsys.readouterr()
    again = run_seeds(LineTask, range(3, 6), tmp_path / "run", SCHEDULE)
    assert capsys.readouterr().err.count("Done before") == 3
    assert again["score_mean"] == summary["score_mean"]
