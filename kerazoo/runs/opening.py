"""What a run says before its first step."""

import os
import pathlib

import keras
import numpy as np
import tensorflow as tf

from kerazoo.training.schedule import Schedule
from kerazoo.training.task import Task


def opening(
    task: Task,
    strategy: tf.distribute.Strategy,
    schedule: Schedule,
    folder: pathlib.Path,
    export_dir: str | os.PathLike | None,
) -> list[str]:
    """Returns lines about the devices, data, model, steps and folders of a run.

    Args:
        task: `Task`, built.
        strategy: `tf.distribute.Strategy`.
        schedule: `Schedule`.
        folder: Folder of the run.
        export_dir: Folder of the export, or None.
    """
    about = {
        "Device": describe_devices(strategy),
        "Data": task.describe_data(),
        "Model": _model(task.model),
        "Steps": _steps(task, schedule),
        "Folder": f"{folder}" + (f", export in {export_dir}" if export_dir else ""),
    }
    return [f"{name}: {text}" for name, text in about.items()]


def describe_devices(strategy: tf.distribute.Strategy) -> str:
    """Returns what a strategy trains on, in words."""
    if gpus := tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpus[0])
        kind = details.get("device_name", "GPU")
    else:
        kind = f"CPU with {len(os.sched_getaffinity(0))} cores"
    replicas, name = strategy.num_replicas_in_sync, type(strategy).__name__
    count = f" of {replicas} replicas" if replicas > 1 else ""
    return f"{kind}, {name}{count}"


def _model(model):
    weights = model.trainable_variables
    count = sum(int(np.prod(weight.shape)) for weight in weights)
    policy = keras.config.dtype_policy().name
    return f"{type(model).__name__}, {count:,} parameters to train, {policy}"


def _steps(task, schedule):
    examples = getattr(task, "batch_size", None) or task.examples_per_step
    return (
        f"{schedule.train_steps:,} of {examples:,.0f} examples, an evaluation every "
        f"{schedule.eval_every:,}, a checkpoint every {schedule.checkpoint_every:,}"
    )
