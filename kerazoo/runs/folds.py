"""Cross-validation: the same run once for each fold."""

import json
import os
import pathlib
import typing

import numpy as np

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text
from kerazoo.runs.rounding import rounded
from kerazoo.runs.runner import run
from kerazoo.training.task import Task


def cross_validate(
    make_task: typing.Callable[[int], Task],
    num_folds: int,
    workdir: str | os.PathLike,
    *arguments: typing.Any,
    metric: str = "accuracy",
    make_record: typing.Callable[[int, pathlib.Path], typing.Any] | None = None,
    **options: typing.Any,
) -> dict[str, typing.Any]:
    """Trains on every fold and reports the best of the mean learning curve.

    A fold's model is tested at every evaluation; the number of steps is the one at
    which the mean over the folds is best
    ([Xu et al., 2019](https://arxiv.org/abs/1810.00826), Section 7).

    Args:
        make_task: Function of the number of a fold to a new `Task`, whose evaluations
            are on the fold's test data.
        num_folds: Number of folds, a run each, in `<workdir>/fold_<n>`.
        workdir: Folder of the runs and of the `result.json` of all.
        *arguments: The `schedule` of `run`.
        metric: Metric of the evaluations, the larger the better.
        make_record: Function of a fold and the folder of its run to a `Record`, or
            None.
        **options: Further keyword arguments of `run`.

    Returns:
        dict of `test_<metric>`, its `_std` over the folds, `last_test_<metric>`,
        `best_step`, `folds`, `train_steps` and `wall_seconds` of all.

    Example:

    ```python
    import dataclasses

    from kerazoo.data.graphs.karate_club import karate_club
    from kerazoo.runs import cross_validate
    from kerazoo.tasks.gnn import NodeClassification
    from kerazoo.training import Schedule

    parts = np.array_split(np.random.default_rng(0).permutation(34), 6)

    def make_task(fold):  # The last of the parts is in no evaluation.
        watched, *others, last = parts[fold:] + parts[:fold]
        splits = {"train": np.concatenate(others), "validation": watched, "test": last}
        return NodeClassification(dataclasses.replace(karate_club(), **splits))

    schedule = Schedule(train_steps=20, eval_every=10)
    cross_validate(make_task, 3, "runs/club", schedule)["test_accuracy"]
    ```
    """
    workdir = pathlib.Path(workdir)
    results, curves = [], []
    for fold in range(num_folds):
        folder = workdir / f"fold_{fold}"
        before = _result(folder)
        record = make_record(fold, folder) if make_record else None
        results.append(
            run(make_task(fold), folder, *arguments, record=record, **options)
        )
        if results[-1] != before:  # Another outcome must not pass for this run's.
            (workdir / "result.json").unlink(missing_ok=True)
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
    result = rounded(result)
    write_text(workdir / "result.json", json.dumps(result) + "\n")
    return result


def _result(folder):
    path = folder / "result.json"
    return read_json(path) if path.exists() else None


def _curve(path, name):
    lines = map(json.loads, path.read_text().splitlines())
    return {line["step"]: line[name] for line in lines if name in line}
