"""Files or folders of labelled texts for training, validation and test."""

import itertools
import pathlib
import typing

from kerazoo.data.table_file import is_table
from kerazoo.data.text.class_folders import class_folders
from kerazoo.data.text.text_files import content_of
from kerazoo.data.text.text_files import find_file

_TABLES = (".tsv", ".csv")
_VALIDATIONS = ("dev", "valid", "val", "validation")


class LabelledParts(typing.NamedTuple):
    """Where the parts of a dataset of labelled texts are.

    Args:
        train: File, or folder with a folder for each class.
        validation, test: The same, or None.
        is_alone: Whether `train` has all texts that there are.
    """

    train: pathlib.Path
    validation: pathlib.Path | None = None
    test: pathlib.Path | None = None
    is_alone: bool = False


def find_parts(path: pathlib.Path) -> LabelledParts:
    """Finds the parts of labelled texts, see `kerazoo.data.text.labelled_files`.

    Args:
        path: One file, or a folder: of tables or lines, with folders of classes, or
            with one table.

    Raises:
        FileNotFoundError: If there is nothing to train on.

    Example:

    ```python
    import pathlib

    find_parts(pathlib.Path("sst2")).train  # sst2/train.tsv
    ```
    """
    if path.is_file():
        return LabelledParts(path, is_alone=True)
    if not path.is_dir():
        raise FileNotFoundError(f"Expected a file or folder of texts. Received: {path}")
    for end in _TABLES:
        if train := find_file(path, f"train{end}"):
            return LabelledParts(train, *_beside(path, end))
    if train := _first(path, ["*.train*"]):
        validation = _first(path, [f"*.{name}*" for name in _VALIDATIONS])
        return LabelledParts(train, validation, _first(path, ["*.test*"]))
    if train := find_file(path, "train.txt"):
        return LabelledParts(train, *_beside(path, ".txt"))
    if class_folders(path / "train"):
        parts = (path / name for name in (*_VALIDATIONS, "test"))
        found = {part.name: part for part in parts if class_folders(part)}
        test = found.pop("test", None)
        return LabelledParts(path / "train", next(iter(found.values()), None), test)
    tables = [p for p in path.iterdir() if p.is_file() and is_table(p)]
    if len(tables) == 1:
        return LabelledParts(tables[0], is_alone=True)
    if len(class_folders(path)) > 1:
        return LabelledParts(path, is_alone=True)
    raise FileNotFoundError(
        "Expected train.tsv, train.csv, train.txt or a file like TREC.train.all in the "
        "folder, one table, or a folder of .txt files for each class, or of sounds. "
        f"Received: {content_of(path)}"
    )


def _beside(folder, end):
    validation = find_file(folder, *(f"{name}{end}" for name in _VALIDATIONS))
    return validation, find_file(folder, f"test{end}")


def _first(folder, patterns):
    found = itertools.chain.from_iterable(sorted(folder.glob(p)) for p in patterns)
    return next((p for p in found if p.is_file() and p.name[0] != "."), None)
