"""The file that tells TensorFlow Serving which models a folder has."""

import os
import pathlib

from kerazoo.atomic_files import write_text
from kerazoo.serving.exported import versions


def write_models_config(directory: str | os.PathLike) -> pathlib.Path:
    """Lists all models of a folder in its `models.config`, for TensorFlow Serving.

    Args:
        directory: path. Holds one folder per model.

    Returns:
        path of the file, for `tensorflow_model_server --model_config_file`.
    """
    directory = pathlib.Path(directory).absolute()
    models = sorted(p for p in directory.iterdir() if p.is_dir() and versions(p))
    entries = "".join(
        f'  config {{ name: "{model.name}" base_path: "{model}" '
        'model_platform: "tensorflow" }\n'
        for model in models
    )
    path = directory / "models.config"
    write_text(path, f"model_config_list {{\n{entries}}}\n")
    return path
