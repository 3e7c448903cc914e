"""How to make the model of a run's checkpoints again."""

import importlib
import json
import os
import pathlib
import typing

import keras

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text

FILE = "model.json"  # In a run's folder.
# The models of version 0.1, which noted no class.
_CLASSES = {
    "diffusion": ("kerazoo.models.diffusion.diffusion", "Diffusion"),
    "gan": ("kerazoo.models.gan.gan", "GAN"),
}


def write_description(
    folder: str | os.PathLike,
    model: keras.Model,
    family: str,
    metadata: dict[str, typing.Any],
    task: str | None = None,
) -> None:
    """Notes in a run's folder what its model is.

    Args:
        folder: path.
        model: Keras model.
        family: str, such as `"diffusion"`.
        metadata: dict that JSON can hold, as an export has it.
        task: Name of the class of the run's task, or None.
    """
    serialized = keras.saving.serialize_keras_object(model)
    described = {
        "metadata": {"family": family, **metadata},
        "task": task,
        "module": serialized["module"],  # `keras` of its own, not where that is.
        "class_name": serialized["class_name"],
        "config": serialized["config"],
        "build_config": serialized.get("build_config"),
    }
    write_text(pathlib.Path(folder, FILE), f"{json.dumps(described, indent=1)}\n")


def read_description(folder: str | os.PathLike) -> dict[str, typing.Any]:
    """Returns what `write_description` has noted, a dict with `metadata` and `config`.

    Raises:
        ValueError: If there is nothing, or it is damaged.
    """
    path = pathlib.Path(folder, FILE)
    if not path.exists():
        raise ValueError(f"{folder} holds no {FILE}: it is no run that was trained.")
    described = read_json(path)
    if not isinstance(described.get("metadata"), dict) or "config" not in described:
        raise ValueError(f"{path} is damaged (it lacks its model): restore it.")
    described["metadata"].setdefault("family", "diffusion")
    return described


def make_model(described: dict[str, typing.Any], **changes: typing.Any) -> keras.Model:
    """Makes the model of a description, with weights of its own.

    Args:
        described: dict of `read_description`.
        **changes: Arguments of the model that are to be others.
    """
    family = described["metadata"]["family"]
    if "module" in described:
        module, name = described["module"], described["class_name"]
    else:
        module, name = _CLASSES[family]
    if family == "gnn":
        importlib.import_module("kerazoo.models.gnn")
    config = described["config"]
    import_modules(config)
    kind = getattr(importlib.import_module(module), name)
    model = kind.from_config({**config, **changes})
    if not model.built:
        model.build_from_config(described["build_config"])
    return model


def import_modules(config: typing.Any) -> None:
    """Imports the modules that a configuration names, so that Keras finds its classes.

    Those that have moved since are found where they are now, by the registered name.
    """
    if isinstance(config, dict):
        module = config.get("module")
        if isinstance(module, str) and module.startswith("kerazoo."):
            try:
                importlib.import_module(module)
            except ModuleNotFoundError:
                importlib.import_module(".".join(module.split(".")[:3]))
        config = config.values()
    elif not isinstance(config, (list, tuple)):
        return
    for value in config:
        import_modules(value)
