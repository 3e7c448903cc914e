"""Files that are written whole or not at all, and what a damaged one says."""

import json
import os
import pathlib
import tempfile
import typing


def write_whole(
    path: str | os.PathLike, write: typing.Callable[[pathlib.Path], typing.Any]
) -> None:
    """Writes a file beside its place and moves it there when it is done.

    Args:
        path: path. Its folder is made if missing.
        write: Function of a path with the same ending, which writes that file.

    Example:

    ```python
    write_whole("/tmp/numbers.npz", lambda path: np.savez(path, numbers=[1, 2]))
    ```
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        part = pathlib.Path(folder, path.name)
        write(part)
        os.replace(part, path)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Replaces a file's text so that a reader sees the old or the new, never a part.

    Args:
        path: path.
        text: The new text.

    Example:

    ```python
    write_text("result.json", "{}")
    ```
    """
    write_whole(path, lambda part: part.write_text(text))


def read_json(
    path: str | os.PathLike, remedy: str = "restore it, or begin in another folder"
) -> dict[str, typing.Any]:
    """Reads an object of a file of JSON.

    Args:
        path: path.
        remedy: What to do about a damaged file.

    Raises:
        ValueError: If it is damaged.

    Example:

    ```python
    write_text("result.json", '{"steps": 3}')
    read_json("result.json")  # {"steps": 3}
    ```
    """
    try:
        found = json.loads(pathlib.Path(path).read_text())
    except ValueError as error:  # Of the text, or of its bytes.
        raise ValueError(f"{path} is damaged ({error}): {remedy}.") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} is damaged (it holds no object): {remedy}.")
    return found
