"""Names of files of texts, and what a folder has of them."""

import os
import pathlib

_MOST = 8  # Names in a message.


def ending(path: str | os.PathLike) -> str:
    """Returns the ending of a file in lower case, without `.gz`.

    Example:

    ```python
    ending("texts/Reviews.CSV.gz")  # .csv
    ```
    """
    return pathlib.Path(_without_gz(path)).suffix.lower()


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
    return pathlib.Path(_without_gz(path)).stem


def find_file(folder: pathlib.Path, *names: str) -> pathlib.Path | None:
    """Returns the first file of these names that is there, perhaps with `.gz`."""
    paths = (folder / f"{name}{gz}" for name in names for gz in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def content_of(folder: pathlib.Path) -> str:
    """Returns the names of the files of a folder, of many the first, for messages."""
    names = sorted(path.name for path in folder.iterdir() if path.name[0] != ".")
    if len(names) > _MOST:
        names[_MOST:] = ["..."]
    return f"{folder} with {', '.join(names) or 'nothing in it'}"


def _without_gz(path):
    return pathlib.Path(path).name.removesuffix(".gz")
