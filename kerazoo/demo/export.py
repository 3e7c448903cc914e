"""The exports of a folder.

Importing this imports nothing heavy: that there is none can be said at once.
"""

import dataclasses
import os
import pathlib
import typing
import warnings

from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.exported import versions


@dataclasses.dataclass(frozen=True)
class Export:
    """One version of a served model.

    Args:
        name: Name of the model, that of its folder.
        version: Folder of the version.
        metadata: What was noted about it.
    """

    name: str
    version: pathlib.Path
    metadata: dict[str, typing.Any]


def find_exports(folder: str | os.PathLike) -> list[Export]:
    """Returns the newest version of each model of a folder, by name.

    One whose files are damaged is warned of and left out.

    Args:
        folder: Folder of models, such as `saved_models`, or of one model, or of one
            version.

    Raises:
        ValueError: If it holds no exported model.

    Example:

    ```python
    find_exports(saved_models)[0].name  # "diffusion", the first one.
    ```
    """
    folder = pathlib.Path(folder)
    if (folder / "saved_model.pb").exists() or versions(folder):
        models = [folder]
    else:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        models = [path for path in inside if versions(path)]
    exports = []
    for model in models:
        version = newest_version(model)
        try:
            metadata = read_metadata(version)
        except ValueError as error:
            warnings.warn(f"{error} It is left out.", stacklevel=2)
            continue
        exports.append(Export(_name(version), version, metadata))
    if not exports:
        raise ValueError(
            "`folder` must hold a model that a run has exported; a short run is "
            f"python -m apps.train_dqn. Received: folder={folder}"
        )
    return exports


def _name(version):
    path = version.absolute()
    return path.parent.name if path.name.isdigit() else path.name
