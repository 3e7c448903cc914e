"""The files that tell TensorFlow Serving which models and versions a folder has."""

import os
import pathlib

from kerazoo.atomic_files import write_text
from kerazoo.serving.exported import versions
from kerazoo.serving.labels import loaded_versions
from kerazoo.serving.labels import valid_labels

MODELS_CONFIG = "models.config"
CONTAINER_CONFIG = "models.container.config"
CONTAINER_ROOT = "/models"  # Of the official image.


def models_config_text(
    directory: str | os.PathLike, root: str | os.PathLike | None = None
) -> str:
    """Returns what TensorFlow Serving is to load, a `ModelServerConfig` as text.

    Of a model without labels the server takes the newest version, and looks for newer
    ones itself. Of a model with labels it takes the versions with labels, those that
    they had before, and the newest.

    Args:
        directory: path. Holds one folder per model.
        root: path or address under which the server sees `directory`, absolute:
            TensorFlow Serving takes no other. Default: its path here.

    Raises:
        ValueError: If a file of labels is damaged.

    Example:

    ```python
    export(module, {"serving_default": module.serve}, "saved_models/double")
    print(models_config_text("saved_models", root="gs://bucket/models"))
    ```
    """
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    directory = pathlib.Path(directory).absolute()
    root = os.fspath(directory if root is None else root).rstrip("/")
    config = model_server_config_pb2.ModelServerConfig()
    for path in sorted(directory.iterdir()):
        if not (path.is_dir() and versions(path)):
            continue
        model = config.model_config_list.config.add(
            name=path.name,
            base_path=f"{root}/{path.name}",
            model_platform="tensorflow",
        )
        labels = valid_labels(path)
        if labels:
            policy = model.model_version_policy.specific
            policy.versions.extend(loaded_versions(path))
        for name, label in labels.items():
            model.version_labels[name] = label.version
    config.model_config_list.SetInParent()
    return text_format.MessageToString(config, as_utf8=True)


def write_models_config(directory: str | os.PathLike) -> pathlib.Path:
    """Lists all models of a folder in two files for TensorFlow Serving.

    `models.config` is for a server on this machine, `models.container.config` for one
    in a container that has the folder as `/models`.

    Args:
        directory: path. Holds one folder per model.

    Returns:
        path of `models.config`, for `tensorflow_model_server --model_config_file`.

    Raises:
        ValueError: If a file of labels is damaged.
    """
    directory = pathlib.Path(directory).absolute()
    text = models_config_text(directory)
    write_text(
        directory / CONTAINER_CONFIG, models_config_text(directory, CONTAINER_ROOT)
    )
    write_text(directory / MODELS_CONFIG, text)
    return directory / MODELS_CONFIG
