"""Labelled texts as one file each, in a folder for each class."""

import pathlib

from kerazoo.data.text.text_files import text_files
from kerazoo.data.text_file import ending
from kerazoo.data.text_file import read_text
from kerazoo.progress import track

_UNLABELLED = "unsup"  # What IMDB calls it.


def read_class_folders(
    part: pathlib.Path,
) -> list[tuple[str, str, pathlib.Path]]:
    """Reads the texts of a part, each with its label and its file.

    Texts are in UTF-8, without spaces around them; those of a class are in the order of
    the names of their files. What IMDB has without a label, in `unsup`, is left out.

    Args:
        part: Folder of the folders of the classes.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is binary or not UTF-8.

    Example:

    ```python
    import pathlib

    read_class_folders(pathlib.Path("imdb", "train"))[0][:2]
    # ("It is dull.", "neg")
    ```
    """
    files = [
        (own.name, file) for own in class_folders(part) for file in text_files(own)
    ]
    return [
        (read_text(file, may_be_blank=True).strip(), label, file)
        for label, file in track(files, f"Reading {part}", unit="texts")
    ]


def class_folders(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns the folders in a folder that have texts, sorted.

    Args:
        folder: May be missing.

    Example:

    ```python
    import pathlib

    [own.name for own in class_folders(pathlib.Path("imdb", "train"))]  # ["neg", "pos"]
    ```
    """
    if not folder.is_dir():
        return []
    return sorted(
        own
        for own in folder.iterdir()
        if own.is_dir()
        and own.name != _UNLABELLED
        and own.name[0] != "."
        and any(ending(file) == ".txt" for file in own.iterdir())
    )
