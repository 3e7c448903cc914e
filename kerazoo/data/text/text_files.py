"""Names of files of texts, and what a folder has of them."""

import os
import pathlib

from kerazoo.data.text_file import ending

_MOST = 8  # Names in a message.


def stem_of(path: str | os.PathLike) -> str:
    """Returns the name of a folder, or of a file without its ending.

    Example:

    ```python
    stem_of("texts/reviews.csv.gz")  # reviews
    ```
    """
    path = pathlib.Path(path)
    if path.is_dir() or not path.suffix:
        return path.resolve().name
    return pathlib.Path(path.name.removesuffix(".gz")).stem


def find_file(folder: pathlib.Path, *names: str) -> pathlib.Path | None:
    """Returns the first file of these names that is there, perhaps with `.gz`."""
    paths = (folder / f"{name}{gz}" for name in names for gz in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def text_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns all `.txt` of a folder and of those in it, sorted, perhaps with `.gz`.

    Raises:
        FileNotFoundError: If there are none.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and ending(p) == ".txt")
    if not files:
        raise FileNotFoundError(
            f"Expected .txt files in the folder. Received: {content_of(folder)}"
        )
    return files


def content_of(folder: pathlib.Path) -> str:
    """Returns the names of the files of a folder, of many the first, for messages."""
    names = sorted(path.name for path in folder.iterdir() if path.name[0] != ".")
    if len(names) > _MOST:
        names[_MOST:] = ["..."]
    return f"{folder} with {', '.join(names) or 'nothing in it'}"
