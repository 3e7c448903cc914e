"""The exports of a folder, each in a few words.

Importing this imports nothing heavy.
"""

import contextlib
import dataclasses
import datetime
import os
import pathlib
import typing

from kerazoo.serving.exported import part_of
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.exported import task_of
from kerazoo.serving.exported import versions


@dataclasses.dataclass(frozen=True)
class ExportedVersion:
    """One version of a served model.

    Attributes:
        name: Name of the model.
        version: Its number.
        path: Folder of the version.
        family: Such as `"gan"`, or None where it is not noted.
        task: What it has learnt, in a word, or None.
        metric: Pair of the name and the value of its main figure, or None.
        parameters: Numbers that it consists of, or None.
        size: Bytes on disk.
        created: When it was exported; of an older one, when it was written here.
    """

    name: str
    version: int
    path: pathlib.Path
    family: str | None
    task: str | None
    metric: tuple[str, float] | None
    parameters: int | None
    size: int
    created: datetime.datetime


def list_exports(folder: str | os.PathLike) -> list[ExportedVersion]:
    """Returns the exported versions of a folder, by name and number.

    Args:
        folder: Folder of served models, such as `saved_models`.

    Raises:
        ValueError: If what is noted about one is damaged.

    Example:

    ```python
    export(module, {"serving_default": module.serve}, "saved_models/double")
    [found.name for found in list_exports("saved_models")]  # ["double"]
    ```
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        return []
    return [
        _describe(model, version)
        for model in sorted(folder.iterdir())
        for version in versions(model)
        if (model / str(version) / "saved_model.pb").exists()
    ]


def main_metric(
    result: typing.Mapping[str, typing.Any],
) -> tuple[str, float] | None:
    """Returns name and value of the figure of a result that says how good a model is.

    It is the one that the model was chosen by, on test data where it is there, too.

    Args:
        result: dict, as in `result.json`.

    Example:

    ```python
    main_metric({"fid": 12.5, "kid": 0.1, "score": -12.5})  # ("fid", 12.5)
    ```
    """
    numbers = {
        name: value
        for name, value in result.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    score = numbers.pop("score", None)
    chosen = next(
        (name for name, value in numbers.items() if score in (value, -value)),
        next(iter(numbers), None),
    )
    if chosen is None:
        return None
    kind = chosen.removeprefix("validation_")
    for name in (f"test_{kind}", kind, chosen):
        if name in numbers:
            return name, numbers[name]
    return None


def _describe(model, version):
    path = model / str(version)
    metadata = read_metadata(path)
    written = (path / "saved_model.pb").stat().st_mtime
    created = datetime.datetime.fromtimestamp(written, datetime.UTC)
    with contextlib.suppress(TypeError, ValueError):  # Of a user's own.
        created = datetime.datetime.fromisoformat(metadata.get("created"))
    parameters = metadata.get("parameters")
    files = (file for file in path.rglob("*") if file.is_file())
    return ExportedVersion(
        name=model.name,
        version=version,
        path=path,
        family=metadata.get("family"),
        task=task_of(metadata),
        metric=main_metric(part_of(metadata, "result")),
        parameters=parameters if isinstance(parameters, int) else None,
        size=sum(file.stat().st_size for file in files),
        created=created,
    )
