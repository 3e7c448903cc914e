"""The same run with several seeds."""

import contextlib
import json
import math
import os
import pathlib
import typing

import numpy as np

from kerazoo.atomic_files import write_text
from kerazoo.runs.interquartile import interquartile_mean
from kerazoo.runs.rounding import rounded
from kerazoo.runs.runner import run
from kerazoo.runs.table import is_metric
from kerazoo.training.task import Task


def run_seeds(
    make_task: typing.Callable[[], Task],
    seeds: typing.Sequence[int],
    workdir: str | os.PathLike,
    *arguments: typing.Any,
    objective: str = "score",
    export_dir: str | os.PathLike | None = None,
    make_record: typing.Callable[[int, pathlib.Path], typing.Any] | None = None,
    **options: typing.Any,
) -> dict[str, typing.Any]:
    """Repeats a run over seeds, reports what they came to, and exports the best.

    Args:
        make_task: Function without arguments to a new `Task`.
        seeds: Sequence of int, a run each, in `<workdir>/seed_<n>`.
        workdir: Folder of the runs, of the `result.json` of all, and of pictures of
            them together, where the task draws such.
        *arguments: The `schedule` of `run`.
        objective: Metric of the results, the larger the better, by which one of them is
            exported.
        export_dir: See `run`.
        make_record: Function of a seed and the folder of its run to a `Record`, or
            None.
        **options: Further keyword arguments of `run`.

    Returns:
        dict of the best result, with its `seed`, and of each metric over the seeds
        `<metric>_mean`, `<metric>_std`, and, of two seeds or more, `<metric>_iqm` with
        its 95 % interval from `<metric>_iqm_low` to `<metric>_iqm_high`, see
        `interquartile_mean`.

    Example:

    ```python
    from kerazoo.runs import run_seeds
    from kerazoo.tasks.gnn import NodeClassification
    from kerazoo.training import Schedule

    schedule = Schedule(train_steps=20, eval_every=10)
    result = run_seeds(NodeClassification, range(3), "runs/club", schedule)
    result["test_accuracy_mean"]
    ```
    """
    workdir = pathlib.Path(workdir)

    def train(seed, **more):
        folder = workdir / f"seed_{seed}"
        record = make_record(seed, folder) if make_record else None
        return run(
            make_task(),
            folder,
            *arguments,
            seed=seed,
            record=record,
            **{**options, **more},
        )

    results = [train(seed) for seed in seeds]
    best = max(range(len(results)), key=lambda i: results[i][objective])
    if export_dir is not None:
        results[best] = {
            **results[best],
            "export": train(seeds[best], export_dir=export_dir)["export"],
        }
    summary = {"seed": seeds[best], **results[best]}
    for name, value in results[best].items():
        values = [result.get(name) for result in results]
        if isinstance(value, float) and None not in values:
            summary[f"{name}_mean"] = rounded(float(np.mean(values)))
            summary[f"{name}_std"] = rounded(float(np.std(values)))
            comparable = len(values) > 1 and all(map(math.isfinite, values))
            if is_metric(name, value) and comparable:
                kinds = ("_iqm", "_iqm_low", "_iqm_high")
                for kind, found in zip(kinds, interquartile_mean(values), strict=True):
                    summary[f"{name}{kind}"] = rounded(float(found))
    _draw(make_task(), [workdir / f"seed_{seed}" for seed in seeds], workdir, options)
    write_text(workdir / "result.json", json.dumps(summary) + "\n")
    return summary


def _draw(task, folders, workdir, options):
    """Writes pictures of all runs together, by one of several workers."""
    import tensorflow as tf

    from kerazoo.training import strategy as strategies
    from kerazoo.training.picture import write_picture

    strategy = options.get("strategy")
    if strategy is not None and strategies.worker_index(strategy):
        return
    pictures = task.pictures_of_seeds(folders)
    if not pictures:
        return
    summaries = tf.summary.create_file_writer(str(workdir / "tensorboard"))
    with contextlib.closing(summaries):
        for name, png in pictures.items():
            write_picture(workdir, summaries, name, png, step=0)
