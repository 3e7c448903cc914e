"""What a run does: data, training, evaluation, export and result."""

import contextlib
import dataclasses
import json
import logging
import operator
import os
import pathlib
import shutil

import keras
import tensorflow as tf

from kerazoo import progress
from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text
from kerazoo.atomic_files import write_whole
from kerazoo.runs.description import write_description
from kerazoo.runs.errors import RunError
from kerazoo.runs.errors import mistakes
from kerazoo.runs.export_notes import export_notes
from kerazoo.runs.names import short_name
from kerazoo.runs.opening import opening
from kerazoo.runs.record import SettingsRecord
from kerazoo.runs.record import has_state
from kerazoo.runs.rounding import rounded
from kerazoo.runs.writable import check_folder
from kerazoo.runs.writable import check_room
from kerazoo.runs.writable import full_disks
from kerazoo.serving.compression import DTYPES
from kerazoo.serving.compression import CompressedServing
from kerazoo.serving.compression import compare_compressed
from kerazoo.serving.copying import plain_copy
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.exporting import export
from kerazoo.training import strategy as strategies
from kerazoo.training.interruption import Interrupted
from kerazoo.training.interruption import Interruption
from kerazoo.training.profiler import Profiler
from kerazoo.training.schedule import Schedule
from kerazoo.training.trainer import Trainer
from kerazoo.training.workdir import Workdir

_IDENTITY = "data.json"  # In a run's folder: what its weights are about.
# Of the weights: three checkpoints with two moments each, the best ones, an export. A
# folder that was begun has most of them.
_COPIES, _COPIES_MORE = 14, 4
_FLOAT = 4  # Bytes.
_log = logging.getLogger(__name__)


def execute(
    task,
    workdir,
    schedule,
    strategy,
    seed,
    export_dir,
    export_dtype,
    jit_compile,
    profile_steps,
    record,
    started,
):
    """Runs a task, see `kerazoo.run`."""
    schedule = schedule or Schedule(train_steps=1_000)
    folder = pathlib.Path(workdir or f"runs/{task.family}/{short_name(task.name)}")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_saying_whether_saved(folder))
        interruption = stack.enter_context(Interruption())
        with interruption.heard(), mistakes():
            check_folder(folder, "workdir")
            strategy = strategy or strategies.create()
            worker = strategies.worker_index(strategy)
            if worker:
                folder /= f"worker_{worker}"
                export_dir = None
            if export_dir is not None:
                check_folder(export_dir, "export_dir")
            _check_dtype(export_dtype)
            state = stack.enter_context(Workdir(folder))
            record = record or SettingsRecord(
                {**task.settings(), "seed": seed, "train_steps": schedule.train_steps},
                _name(task),
            )
            is_same = record.check(state.path)
            previous = state.read_result() or {}
            is_done = is_same and _is_done(previous, export_dir, export_dtype)
        # Workers that were stopped one after the other must agree.
        if strategies.minimum_over_workers(strategy, is_done):
            progress.say(f"Done before, see {folder}/result.json.")
            return previous
        keras.utils.set_random_seed(seed)
        profiler = Profiler(state.path / "tensorboard", *(profile_steps or ()))
        stack.callback(profiler.close)
        stack.callback(task.close)
        with interruption.heard(), mistakes(*task.mistakes):
            task.prepare(state.path)
            task.build(strategy, schedule.train_steps, seed)
            _check_identity(task, state.path)
            _check_room(task.model, state.path)
            schedule = _with_checkpoints_of(task, schedule)
            trainer = Trainer(task, strategy, schedule, jit_compile)
            for line in opening(task, strategy, schedule, folder, export_dir):
                _log.info(line)
        with full_disks(folder):
            _begin(task, state.path, record, is_same)
            trainer.fit(state, interruption, profiler)
            trainer.load_best()
            result, pictures = _measure(task, trainer, interruption, started)
            for name, png in pictures.items():
                state.write_picture(name, png, trainer.step)
            with interruption.heard():
                result["export"] = None
                if export_dir is not None:
                    notes = export_notes(task, strategy, record, seed, result)
                    result["export"] = export_trained(
                        task, export_dir, export_dtype, notes
                    )
            state.write_result(result)
    return result


def _measure(task, trainer, interruption, started):
    """Returns the result of what was learnt, and pictures of it.

    A signal ends any of it at once: the trained state is saved already.
    """
    with interruption.heard():
        measured = task.measure(trainer.best)
    result = {**measured, **trainer.summary()}
    first = trainer.steps.first_step_time
    result["startup_seconds"] = None if first is None else first - started
    with interruption.heard():
        pictures = task.pictures(trainer.best)
    return rounded(result), pictures


@contextlib.contextmanager
def _saying_whether_saved(folder):
    try:
        yield
    except Interrupted as interrupted:
        interrupted.is_saved = has_state(folder)
        raise


def _name(task):
    return f"{type(task).__name__} ({task.family})"


def _check_room(model, folder):
    """Refuses a disk that is too small for the checkpoints of a model, about."""
    copies = _COPIES_MORE if has_state(folder) else _COPIES
    needed = copies * _FLOAT * model.count_params()
    check_room(shutil.disk_usage(folder).free, needed, folder, "workdir")


def _check_dtype(dtype):
    if dtype not in DTYPES:
        raise ValueError(
            f"`export_dtype` must be one of {', '.join(DTYPES)}. "
            f"Received: export_dtype={dtype}"
        )


def _is_done(previous, directory, dtype):
    """Returns whether a result has the export that is asked for, if any is."""
    if not previous or directory is None:
        return bool(previous)
    exported = previous.get("export")
    if not (exported and os.path.isdir(exported)):
        return False
    is_there = os.path.realpath(directory) == os.path.realpath(
        os.path.dirname(exported)
    )
    return is_there and read_metadata(exported).get("dtype", "float32") == dtype


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
    before = read_json(file)
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
    for name, content in task.files().items():
        write_whole(folder / name, operator.methodcaller("write_bytes", content))
    write_description(folder, task.model, task.family, task.metadata(), _name(task))


def export_trained(task, directory, dtype, notes):
    """Exports the trained model of a task; returns the path of the version."""
    _log.info(f"Exporting to {directory}.")
    model = keras_model = task.exported(plain_copy(task.model))
    serving = task.serving(model)
    metadata = {"family": task.family, **notes, **task.metadata()}
    if dtype != "float32":
        compressed = CompressedServing(task.serving(model), model, dtype)
        compared = compare_compressed(compressed, serving)
        metadata |= {"dtype": dtype, "compression": compared}
        serving = compressed
        keras_model = None  # It would have the weights that are to be saved.
    try:
        path = export(
            serving.module,
            serving.endpoints,
            directory,
            metadata,
            serving.example(),
            keras_model,
            task.files(),
        )
    except (OSError, tf.errors.OpError) as error:
        raise RunError(
            f"`export_dir` cannot be written ({error}). The trained model is kept: run "
            f"again with another one. Received: export_dir={directory}"
        ) from error
    return str(path)
