"""Ten-fold cross-validation: the same command once per fold."""

import json
import pathlib

import numpy as np

from apps import flags as shared
from apps import runner

NUM_FOLDS = 10


def run(family, name, metric):
    """Trains on every fold and reports the best of the mean learning curve.

    A fold's model is tested at every evaluation; the number of steps is the one at
    which the mean over the folds is best
    ([Xu et al., 2019](https://arxiv.org/abs/1810.00826), Section 7).

    Args:
        family: str, such as `"gnn"`.
        name: str. Dataset.
        metric: str. Metric of the evaluations, the larger the better.
    """
    from kerazoo.training import workdir

    if shared.NUM_SEEDS.value > 1:
        raise runner.UserError("--cross_validate goes with --num_seeds=1.")
    base = pathlib.Path(
        shared.WORKDIR.value or f"runs/{family}/{runner.short_name(name)}_folds"
    )
    results, curves = [], []
    for fold in range(NUM_FOLDS):
        folder = base / f"fold_{fold}"
        flags = ["--nocross_validate", f"--fold={fold}", f"--workdir={folder}"]
        before = _result(folder)
        results.append(runner.repeat(*flags, "--noexport"))
        if results[-1] != before:  # Another outcome must not pass for this run's.
            (base / "result.json").unlink(missing_ok=True)
        curves.append(_curve(folder / "metrics.jsonl", f"eval/{metric}"))
    steps = sorted(set.intersection(*map(set, curves)))
    table = np.array([[curve[step] for step in steps] for curve in curves])
    best = int(table.mean(axis=0).argmax())
    result = {
        f"test_{metric}": float(table[:, best].mean()),
        f"test_{metric}_std": float(table[:, best].std()),
        f"last_test_{metric}": float(table[:, -1].mean()),
        "best_step": steps[best],
        "folds": table[:, best].tolist(),
        "train_steps": sum(result["train_steps"] for result in results),
        "wall_seconds": sum(result["wall_seconds"] for result in results),
        "export": None,
    }
    workdir.write_text(base / "result.json", json.dumps(result) + "\n")
    print(json.dumps(result), flush=True)


def _result(folder):
    path = folder / "result.json"
    return json.loads(path.read_text()) if path.exists() else None


def _curve(path, name):
    lines = map(json.loads, path.read_text().splitlines())
    return {line["step"]: line[name] for line in lines if name in line}
