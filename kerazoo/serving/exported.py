"""Which versions a served model has, and what was noted about each.

Importing this imports nothing heavy: what is wrong with a path can be said at once.
"""

import json
import os
import pathlib
import typing

CARD_FILE = "README.md"  # In `assets.extra`, as all of these.
METADATA_FILE = "kerazoo.json"


def newest_version(path: str | os.PathLike) -> pathlib.Path:
    """Returns the path of the newest version of a served model, or of the one given.

    Args:
        path: path of the model's folder, or of one version.

    Raises:
        ValueError: If there is none.
    """
    path = pathlib.Path(path)
    if (path / "saved_model.pb").exists():
        return path
    found = versions(path)
    if not found:
        raise ValueError(f"{path} holds no exported version.")
    return path / str(found[-1])


def read_metadata(version: str | os.PathLike) -> dict[str, typing.Any]:
    """Returns what was noted about an exported version, a dict; empty for nothing.

    Raises:
        ValueError: If it is damaged.
    """
    file = pathlib.Path(version, "assets.extra", METADATA_FILE)
    if not file.exists():
        return {}
    try:
        return json.loads(file.read_text())
    except ValueError as error:
        raise ValueError(f"{file} is damaged: {error}.") from error


def task_of(metadata: typing.Mapping[str, typing.Any]) -> str | None:
    """Returns what an export has learnt, in a word, or None where nothing is noted.

    Args:
        metadata: dict, as in `kerazoo.json`.
    """
    title = str(part_of(metadata, "run").get("title", ""))
    of_family = title.removeprefix(str(metadata.get("family"))).strip()
    return metadata.get("task") or of_family or None


def part_of(
    metadata: typing.Mapping[str, typing.Any], name: str
) -> dict[str, typing.Any]:
    """Returns a dict of the metadata; an empty one where it is not there, or no dict.

    Args:
        metadata: dict, as in `kerazoo.json`, which may have anything of its user.
        name: Such as `"result"`.
    """
    found = metadata.get(name)
    return found if isinstance(found, dict) else {}


def versions(directory: str | os.PathLike) -> list[int]:
    """Returns the versions of a served model, ascending ints."""
    directory = pathlib.Path(directory)
    if not directory.is_dir():
        return []
    return sorted(int(p.name) for p in directory.iterdir() if p.name.isdigit())
