import json

import numpy as np
import pytest

from kerazoo.runs import interquartile_mean
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
    middle = interquartile_mean(scores)
    found = [summary[f"score{kind}"] for kind in ("_iqm", "_iqm_low", "_iqm_high")]
    assert found == pytest.approx(list(middle), rel=1e-5)
    assert "wall_seconds_mean" in summary and "wall_seconds_iqm" not in summary
    assert summary["export"] == f"{models}/1"
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == summary
    for seed in range(3, 6):
        assert (tmp_path / "run" / f"seed_{seed}" / "result.json").exists()
    capsys.readouterr()
    again = run_seeds(LineTask, range(3, 6), tmp_path / "run", SCHEDULE)
    assert capsys.readouterr().err.count("Done before") == 3
    assert again["score_mean"] == summary["score_mean"]


def test_one_seed_has_no_interval(tmp_path):
    summary = run_seeds(LineTask, [4], tmp_path, SCHEDULE)
    assert summary["score_mean"] == summary["score"]
    assert "score_iqm" not in summary


def test_runs_are_drawn_together(tmp_path):
    class Drawing(LineTask):
        def pictures_of_seeds(self, folders):
            names = "-".join(folder.name for folder in folders)
            return {names: self.pictures(None)["line"]}

    run_seeds(Drawing, range(2), tmp_path, SCHEDULE)
    assert (tmp_path / "seed_0-seed_1.png").read_bytes()[1:4] == b"PNG"
    assert list((tmp_path / "tensorboard").iterdir())
