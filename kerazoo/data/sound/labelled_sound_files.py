"""Sounds of classes in the user's own files."""

import logging
import os
import pathlib

import numpy as np

from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.reading import read_all
from kerazoo.data.sound.sound_names import is_sound
from kerazoo.data.sound.sound_splits import SPLITS
from kerazoo.data.sound.sound_splits import split_sounds
from kerazoo.data.sound.sound_table import SoundRow
from kerazoo.data.sound.sound_table import read_sound_table
from kerazoo.data.sound.sound_table import speakers_of
from kerazoo.data.sound.sound_table import splits_of
from kerazoo.data.text.text_files import content_of
from kerazoo.data.text.text_files import find_file

_TABLES = tuple(
    f"{stem}.{end}" for stem in ("labels", "metadata") for end in ("csv", "tsv")
)
_LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}
_LABEL_NAMES = ("label", "class", "category", "target", "word", "keyword", "command")
_logger = logging.getLogger(__name__)


def labelled_files(
    path: str | os.PathLike, sample_rate: int = SAMPLE_RATE
) -> LabelledSound:
    """Reads the sound files of classes.

    A folder has a folder of sounds for each class, or `train`, perhaps `validation`
    (or `valid`, `val`, `dev`) and `test` with such folders; those whose name begins
    with an underscore, as of background noise, are left out. Beside the folders of
    classes, `validation_list.txt` and `testing_list.txt` may say which sounds are for
    these, as those of [Speech Commands](https://arxiv.org/abs/1804.03209) do. Or the
    folder has `labels.csv`, `labels.tsv`, `metadata.csv` or `metadata.tsv` with a
    column of files and one of labels, see
    `kerazoo.data.sound.sound_table.read_sound_table`. What is not given is held out,
    see `kerazoo.data.sound.sound_splits.split_sounds`. Sounds of several channels are
    mixed, those of another rate are resampled.

    Args:
        path: path of the folder, or of such a table.
        sample_rate: Samples a second.

    Returns:
        `LabelledSound`. Its classes are the labels to train on, sorted, as numbers if
        all are.

    Raises:
        OSError: If there is no such path or no sounds in it, or a file cannot be read.
        ValueError: If the table is not as it should be, there are fewer than two
            classes, one is absent from the training, or a file is no sound, has no
            samples or a rate out of range.
        ModuleNotFoundError: If files are other than WAV and soundfile is missing.

    Example:

    ```python
    sound = labelled_files("commands")
    sound.class_names  # ["no", "yes"]
    ```
    """
    path = pathlib.Path(path)
    rows = _rows(path)
    train_labels = {row.value for row in rows if row.split in (None, "train")}
    is_numeric = all(label.isdecimal() for label in train_labels)
    class_names = sorted(train_labels, key=int if is_numeric else str)
    if len(class_names) < 2:
        raise ValueError(
            f"{path}: expected sounds of two classes or more to train on. "
            f"Received: {class_names}"
        )
    numbers = {name: number for number, name in enumerate(class_names)}
    for row in rows:
        if row.value not in numbers:
            raise ValueError(
                f"{row.place}: expected a label of the training, one of "
                f"{class_names[:20]}. Received: label={row.value}"
            )
    labels = np.array([numbers[row.value] for row in rows], np.int32)
    parts = split_sounds(
        splits_of(rows),
        speakers_of(rows),
        labels,
        len(rows),
    )
    train, validation, _ = parts
    if not len(train) or not len(validation):
        raise ValueError(
            f"{path}: expected two sounds or more of a class to train on, of which "
            f"some are held out for validation. Received: {len(rows)} sounds of "
            f"{len(class_names)} classes"
        )
    name = (path if path.is_dir() else path.parent).resolve().name
    sounds = read_all([row.path for row in rows], sample_rate, name)
    _logger.info("%s: %d sounds of %d classes", name, len(sounds), len(class_names))
    return LabelledSound.of(name, sample_rate, class_names, sounds, labels, parts)


def _rows(path):
    if path.is_file():
        return read_sound_table(path, _LABEL_NAMES, "label")
    if not path.is_dir():
        raise FileNotFoundError(
            "Expected a folder with a folder of sounds for each class. "
            f"Received: {path}"
        )
    table = find_file(path, *_TABLES)
    if table is not None:
        return read_sound_table(table, _LABEL_NAMES, "label")
    if _class_folders(path / "train"):
        rows = [
            row
            for split, names in SPLITS.items()
            for name in names
            for row in _rows_of_folders(path / name, split)
        ]
    else:
        rows = _listed(path, _rows_of_folders(path, None))
    if not rows:
        raise FileNotFoundError(
            "Expected a folder of sounds for each class, or labels.csv. "
            f"Received: {content_of(path)}"
        )
    return rows


def _listed(path, rows):
    """Returns rows with their splits, where the folder has lists of these."""
    listed = {
        line.strip(): split
        for split, name in _LISTS.items()
        if (path / name).is_file()
        for line in (path / name).read_text().splitlines()
    }
    if not listed:
        return rows
    return [
        row._replace(split=listed.get(row.path.relative_to(path).as_posix(), "train"))
        for row in rows
    ]


def _rows_of_folders(folder, split):
    return [
        SoundRow(path, own.name, split, None, str(path))
        for own in _class_folders(folder)
        for path in sorted(own.rglob("*"))
        if is_sound(path)
    ]


def _class_folders(folder):
    """Returns the folders in a folder that have sounds, sorted."""
    if not folder.is_dir():
        return []
    return sorted(
        own
        for own in folder.iterdir()
        if own.is_dir()
        and own.name[0] not in "._"
        and any(map(is_sound, own.rglob("*")))
    )
