"""The same run with several seeds, exported as one model."""

import json
import os
import pathlib
import typing

import keras

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text
from kerazoo.runs.errors import mistakes
from kerazoo.runs.execution import export_trained
from kerazoo.runs.export_notes import export_notes
from kerazoo.runs.loading import load_model
from kerazoo.runs.record import SettingsRecord
from kerazoo.runs.rounding import rounded
from kerazoo.runs.seeds import run_seeds
from kerazoo.runs.writable import check_folder
from kerazoo.training import strategy as strategies
from kerazoo.training.schedule import Schedule
from kerazoo.training.task import Task


class CombinedTask(Task, typing.Protocol):
    """Task whose trained models can answer together, such as `GraphPrediction`."""

    def combine(self, models: typing.Sequence[typing.Any]) -> None:
        """Takes these models together in place of the task's own. After `build`."""

    def test(self) -> dict[str, float]:
        """Returns the metrics of the test data."""


def run_ensemble(
    make_task: typing.Callable[[], CombinedTask],
    seeds: typing.Sequence[int],
    workdir: str | os.PathLike,
    schedule: Schedule,
    *,
    export_dir: str | os.PathLike | None = None,
    export_dtype: str = "float32",
    strategy: typing.Any = None,
    record: typing.Any = None,
    **options: typing.Any,
) -> dict[str, typing.Any]:
    """Repeats a run over seeds, and measures and exports all its models together.

    Args:
        make_task: Function without arguments to a new task. All must hold out the same
            test data, whatever the seed.
        seeds: Sequence of int, at least two, a run each, in `<workdir>/seed_<n>`.
        workdir: Folder of the runs and of the `result.json` of all.
        schedule: `Schedule`.
        export_dir, export_dtype, strategy: See `run`.
        record: `Record` of them all, for the card of the export, or None.
        **options: Further keyword arguments of `run_seeds` and of `run`.

    Returns:
        dict of the test metrics of all models together, of `<metric>_mean` and
        `<metric>_std` of each metric over the models, of `seeds` and `export`.

    Raises:
        RunError: If an argument is wrong.

    Example:

    ```python
    from kerazoo.runs import run_ensemble
    from kerazoo.tasks.gnn import GraphPrediction
    from kerazoo.training import Schedule

    result = run_ensemble(
        lambda: GraphPrediction("MUTAG", "data", split_seed=0),
        range(2),
        "runs/mutag",
        Schedule(train_steps=4, eval_every=4),
    )
    result["test_accuracy"], result["test_accuracy_mean"]
    ```
    """
    folder, seeds = pathlib.Path(workdir), list(seeds)
    with mistakes():
        if len(seeds) < 2:
            raise ValueError(
                f"`seeds` must be two or more for an ensemble. Received: seeds={seeds}"
            )
        if export_dir is not None:
            check_folder(export_dir, "export_dir")
        strategy = strategy or strategies.create()
    before = folder / "result.json"
    previous = read_json(before) if before.exists() else {}
    options = {**options, "strategy": strategy}
    summary = run_seeds(make_task, seeds, folder, schedule, **options)
    summary = {
        name: value
        for name, value in summary.items()
        if name.endswith(("_mean", "_std")) or name == "train_steps"
    }
    if _is_done(previous, summary, seeds, export_dir):
        write_text(before, json.dumps(previous) + "\n")
        return previous
    keras.utils.set_random_seed(seeds[0])
    task = make_task()
    with mistakes(*task.mistakes):
        task.build(strategy, schedule.train_steps, seeds[0])
        task.combine([load_model(folder / f"seed_{seed}") for seed in seeds])
    measured = {f"test_{name}": value for name, value in task.test().items()}
    result = {**rounded(measured), **summary, "seeds": seeds, "export": None}
    if export_dir is not None:
        record = record or SettingsRecord({**task.settings(), "seeds": seeds})
        notes = export_notes(task, strategy, record, seeds[0], result)
        result["export"] = export_trained(task, export_dir, export_dtype, notes)
    write_text(before, json.dumps(result) + "\n")
    return result


def _is_done(previous, summary, seeds, export_dir):
    """Returns whether a result is of these runs, with the export that is asked for."""
    if previous.get("seeds") != seeds or not summary.items() <= previous.items():
        return False
    exported = previous.get("export")
    if export_dir is None:
        return True
    return bool(exported and os.path.isdir(exported)) and os.path.realpath(
        os.path.dirname(exported)
    ) == os.path.realpath(export_dir)
