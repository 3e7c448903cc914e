"""What a run does: data, training, evaluation, export and result."""

import contextlib
import dataclasses
import json
import os
import pathlib
import sys

import keras

from kerazoo.atomic_files import write_text
from kerazoo.runs.description import write_description
from kerazoo.runs.errors import RunError
from kerazoo.runs.errors import mistakes
from kerazoo.runs.names import short_name
from kerazoo.runs.record import SettingsRecord
from kerazoo.runs.record import has_state
from kerazoo.serving.copying import plain_copy
from kerazoo.serving.exporting import export
from kerazoo.training import strategy as strategies
from kerazoo.training.interruption import Interruption
from kerazoo.training.profiler import Profiler
from kerazoo.training.schedule import Schedule
from kerazoo.training.trainer import Trainer
from kerazoo.training.workdir import Workdir

_IDENTITY = "data.json"  # In a run's folder: what its weights are about.


def execute(
    task,
    workdir,
    schedule,
    strategy,
    seed,
    export_dir,
    jit_compile,
    profile_steps,
    record,
    started,
):
    """Runs a task, see `kerazoo.run`."""
    schedule = schedule or Schedule(train_steps=1_000)
    with contextlib.ExitStack() as stack:
        with mistakes():
            strategy = strategy or strategies.create()
            worker = strategies.worker_index(strategy)
            default = f"runs/{task.family}/{short_name(task.name)}"
            folder = pathlib.Path(workdir or default)
            if worker:
                folder /= f"worker_{worker}"
                export_dir = None
            state = stack.enter_context(Workdir(folder))
            record = record or SettingsRecord(
                {**task.settings(), "seed": seed, "train_steps": schedule.train_steps}
            )
            is_same = record.check(state.path)
            previous = state.read_result() or {}
        # Workers that were stopped one after the other must agree.
        if strategies.minimum_over_workers(
            strategy, is_same and _is_done(previous, export_dir)
        ):
            print(f"Done before, see {folder}/result.json.", file=sys.stderr)
            return previous
        keras.utils.set_random_seed(seed)
        interruption = stack.enter_context(Interruption())
        profiler = Profiler(state.path / "tensorboard", *(profile_steps or ()))
        stack.callback(profiler.close)
        stack.callback(task.close)
        with mistakes(*task.mistakes):
            task.build(strategy, schedule.train_steps, seed)
            _check_identity(task, state.path)
            schedule = _with_checkpoints_of(task, schedule)
            trainer = Trainer(task, strategy, schedule, jit_compile)
        _begin(task, state.path, record, is_same)
        trainer.fit(state, interruption, profiler)
        trainer.load_best()
        result = {**task.measure(trainer.best), **trainer.summary()}
        first = trainer.steps.first_step_time
        result["startup_seconds"] = None if first is None else first - started
        for name, png in task.pictures(trainer.best).items():
            state.write_picture(name, png, trainer.step)
        result["export"] = _export(task, export_dir)
        state.write_result(result)
    return result


def _is_done(previous, export_dir):
    if not previous:
        return False
    exported = previous.get("export")
    return export_dir is None or bool(exported and os.path.isdir(exported))


def _with_checkpoints_of(task, schedule):
    """Returns a schedule with a checkpoint at each evaluation, where those count."""
    if not task.saves_every_evaluation:
        return schedule
    every = min(schedule.checkpoint_every, schedule.eval_every)
    return dataclasses.replace(schedule, checkpoint_every=every)


def _check_identity(task, folder):
    """Refuses data that would give the weights of a folder another meaning."""
    file = folder / _IDENTITY
    if not (file.exists() and has_state(folder)):
        return
    before = json.loads(file.read_text())
    for name, value in task.identity().items():
        if before.get(name, value) != value:
            raise ValueError(
                f"{folder} was trained on other data: its {name.replace('_', ' ')} has "
                "changed. Use the old `data_dir`, or another `workdir`."
            )


def _begin(task, folder, record, is_same):
    """Makes the folder this run's; until here a mistake has left it as it was."""
    if not is_same:  # Another outcome must not pass for this run's.
        (folder / "result.json").unlink(missing_ok=True)
    record.write(folder)
    if identity := task.identity():
        write_text(folder / _IDENTITY, json.dumps(identity))
    write_description(folder, task.model, task.family, task.metadata())


def _export(task, directory):
    """Exports the trained model; returns the path of the version, or None."""
    if directory is None:
        return None
    model = plain_copy(task.model)
    serving = task.serving(model)
    try:
        path = export(
            serving.module,
            serving.endpoints,
            directory,
            {"family": task.family, **task.metadata()},
            serving.example(),
            model,
        )
    except OSError as error:
        raise RunError(
            f"`export_dir` cannot be written ({error}). The trained model is kept: run "
            f"again with another one. Received: export_dir={directory}"
        ) from error
    return str(path)
