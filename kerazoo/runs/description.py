"""How to make the model of a run's checkpoints again."""

import importlib
import json
import pathlib

import keras

from kerazoo.training.workdir import write_text

FILE = "model.json"  # In a run's folder.
# The models of version 0.1, which noted no class.
_CLASSES = {
    "diffusion": ("kerazoo.models.diffusion.diffusion", "Diffusion"),
    "gan": ("kerazoo.models.gan.gan", "GAN"),
}


def write_description(folder, model, family, metadata):
    """Notes in a run's folder what its model is.

    Args:
        folder: path.
        model: Keras model.
        family: str, such as `"diffusion"`.
        metadata: dict that JSON can hold, as an export has it.
    """
    serialized = keras.saving.serialize_keras_object(model)
    described = {
        "metadata": {"family": family, **metadata},
        "module": type(model).__module__,
        "class_name": type(model).__name__,
        "config": serialized["config"],
        "build_config": serialized.get("build_config"),
    }
    write_text(pathlib.Path(folder, FILE), f"{json.dumps(described, indent=1)}\n")


def read_description(folder):
    """Returns what `write_description` has noted, a dict with `metadata` and `config`.

    Raises:
        ValueError: If there is nothing.
    """
    path = pathlib.Path(folder, FILE)
    if not path.exists():
        raise ValueError(f"{folder} holds no {FILE}: it is no run that was trained.")
    described = json.loads(path.read_text())
    described["metadata"].setdefault("family", "diffusion")
    return described


def make_model(described, **changes):
    """Makes the model of a description, with weights of its own.

    Args:
        described: dict of `read_description`.
        **changes: Arguments of the model that are to be others.
    """
    family = described["metadata"]["family"]
    default = _CLASSES.get(family, (None, None))
    module = described.get("module", default[0])
    name = described.get("class_name", default[1])
    if family in ("gnn", "dqn"):
        importlib.import_module(f"kerazoo.models.{family}")
    config = described["config"]
    import_modules(config)
    kind = getattr(importlib.import_module(module), name)
    model = kind.from_config({**config, **changes})
    if not model.built:
        model.build_from_config(described["build_config"])
    return model


def import_modules(config):
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
