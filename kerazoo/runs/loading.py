"""The Keras model of a run or of an export."""

import importlib
import json
import os
import pathlib
import zipfile

import keras

from kerazoo.runs import description
from kerazoo.serving.export import KERAS_FILE
from kerazoo.serving.export import newest_version
from kerazoo.serving.export import read_metadata
from kerazoo.training.batch_steps import restore_model
from kerazoo.training.checkpoints import folder_name
from kerazoo.training.checkpoints import newest
from kerazoo.training.workdir import read_best


def load(path: str | os.PathLike, weights: str = "best") -> keras.Model:
    """Reads the Keras model of a run's folder or of an exported model.

    Args:
        path: Folder of a run, of a served model (its newest version is read), or of one
            version of it.
        weights: Of a run: `"best"` for those that are exported, chosen by evaluations
            where the task does so; `"newest"` for those of the newest checkpoint.

    Returns:
        The Keras model, not compiled, ready to be called or trained further.

    Raises:
        ValueError: If the folder holds neither, or nothing that is whole.

    Example:

    ```python
    model = kerazoo.load("runs/gan/digits")
    images = model(np.random.normal(size=(4, model.latent_size)), average=True)
    ```
    """
    if weights not in ("best", "newest"):
        raise ValueError(
            f"`weights` must be best or newest. Received: weights={weights}"
        )
    path = pathlib.Path(path)
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
        raise ValueError(
            f"{version} was exported without its Keras model, by version 0.1 of "
            "kerazoo: use tf.saved_model.load, or the folder of its run."
        )
    family = read_metadata(version).get("family")
    return read_keras_file(file, family)


def read_keras_file(file, family=None):
    """Reads a `.keras` file of one of the families.

    Args:
        file: path.
        family: str or None. `"gnn"` and `"dqn"` put Keras 2 behind `tf.keras`.
    """
    if family in ("gnn", "dqn"):
        importlib.import_module(f"kerazoo.models.{family}")
    with zipfile.ZipFile(file) as archive:
        description.import_modules(json.loads(archive.read("config.json")))
    return keras.saving.load_model(file, compile=False)


def restore_weights(model, folder, weights="newest"):
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
    restore_model(model, latest)
    return int(latest.name)


def best_of(folder, latest):
    """Returns step and weights of the best model that a checkpoint knows, or None."""
    step = json.loads((latest / "state.json").read_text()).get("best_step", -1)
    if step is None:
        return None
    if step < 0:  # Version 0.1 noted none of deep Q-networks.
        path = newest(folder / "best")
    else:
        path = folder / "best" / folder_name(step)
    if path is None or not path.exists():
        return None
    return read_best(path)[:2]
