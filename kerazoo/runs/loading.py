"""The Keras model of a run or of an export."""

import importlib
import json
import os
import pathlib
import zipfile

import keras
import numpy as np
import tensorflow as tf

from kerazoo.runs import description
from kerazoo.runs.reading import KERAS_SUFFIX
from kerazoo.serving.exporting import KERAS_FILE
from kerazoo.serving.exporting import newest_version
from kerazoo.serving.exporting import read_metadata
from kerazoo.training.batch_steps import restore_model
from kerazoo.training.checkpoints import folder_name
from kerazoo.training.checkpoints import newest
from kerazoo.training.workdir import read_best


def load_model(path: str | os.PathLike, weights: str = "best") -> keras.Model:
    """Reads a model, see `kerazoo.load`."""
    if weights not in ("best", "newest"):
        raise ValueError(
            f"`weights` must be best or newest. Received: weights={weights}"
        )
    path = pathlib.Path(path)
    if path.suffix == KERAS_SUFFIX and path.is_file():
        return read_keras_file(path)
    if (path / description.FILE).exists():
        described = description.read_description(path)
        model = description.make_model(described)
        restore_weights(model, path, weights)
        return model
    try:
        version = newest_version(path)
    except ValueError as error:
        raise ValueError(
            f"Expected the folder of a run, with its {description.FILE}, or of an "
            f"exported model. Received: path={path}"
        ) from error
    file = version / "assets.extra" / KERAS_FILE
    if not file.exists():
        dtype = read_metadata(version).get("dtype")
        why = f"with weights of {dtype}" if dtype else "by version 0.1 of kerazoo"
        raise ValueError(
            f"{version} was exported without its Keras model, {why}: use "
            "tf.saved_model.load, or the folder of its run."
        )
    family = read_metadata(version).get("family")
    return read_keras_file(file, family)


def read_keras_file(file: str | os.PathLike, family: str | None = None) -> keras.Model:
    """Reads a `.keras` file of one of the families.

    Args:
        file: path.
        family: str or None. `"gnn"` puts Keras 2 behind `tf.keras`.
    """
    if family == "gnn":
        importlib.import_module("kerazoo.models.gnn")
    with zipfile.ZipFile(file) as archive:
        description.import_modules(json.loads(archive.read("config.json")))
    return keras.saving.load_model(file, compile=False)


def restore_weights(
    model: keras.Model, folder: str | os.PathLike, weights: str = "newest"
) -> int:
    """Gives a model the weights of a run; returns the step that they are of.

    Only reads: the run may be going on.

    Args:
        model: Keras model, made as the run's.
        folder: path of the run.
        weights: `"best"` or `"newest"`, see `load`.

    Raises:
        ValueError: If there is no checkpoint that can be read.
    """
    folder = pathlib.Path(folder)
    latest = newest(folder / "checkpoints")
    if latest is None:
        raise ValueError(f"{folder} holds no checkpoint yet.")
    if weights == "best" and (best := best_of(folder, latest)) is not None:
        step, arrays = best
        model.set_weights(arrays)
        return step
    _restore_newest(model, latest)
    return int(latest.name)


def _restore_newest(model, path):
    """Gives a model its weights of a checkpoint, whatever took the steps."""
    prefix = "agent/_q_network/_model_variables"  # Of deep Q-networks.
    try:
        reader = tf.train.load_checkpoint(str(path / "variables"))
        if not reader.has_tensor(f"{prefix}/0/.ATTRIBUTES/VARIABLE_VALUE"):
            restore_model(model, path)
            return
        for i, variable in enumerate(model.weights):
            name = f"{prefix}/{i}/.ATTRIBUTES/VARIABLE_VALUE"
            variable.assign(reader.get_tensor(name))
    except tf.errors.OpError as error:
        raise ValueError(f"Checkpoint {path} cannot be read: {error}") from error


def best_of(
    folder: pathlib.Path, latest: pathlib.Path
) -> tuple[int, list[np.ndarray]] | None:
    """Returns step and weights of the best model that a checkpoint knows, or None."""
    step = json.loads((latest / "state.json").read_text()).get("best_step", -1)
    if step is None:
        return None
    # Version 0.1 noted none of deep Q-networks.
    path = newest(folder / "best") if step < 0 else folder / "best" / folder_name(step)
    if path is None or not path.exists():
        return None
    return read_best(path)[:2]
