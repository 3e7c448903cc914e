"""Prompts and their answers in the user's own files."""

import json
import logging
import os
import pathlib
import warnings

from kerazoo.data.table_file import is_table
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.text.split_texts import split_twice
from kerazoo.data.text.text_files import find_file
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text.text_tables import read_table
from kerazoo.data.text_file import ending

NAMES = ("prompt", "answer")
_ENDINGS = (".jsonl", ".tsv", ".csv")
_VALIDATIONS = ("valid", "val", "validation", "dev")
_logger = logging.getLogger(__name__)


def is_prompted(path: str | os.PathLike) -> bool:
    """Returns whether a file or folder has prompts with answers.

    That is so for `.jsonl`, for tables whose header has `prompt` and `answer`, and for
    folders with such a `train`.

    Args:
        path: path.

    Raises:
        OSError: If it is a table that cannot be read.
        ValueError: If it is no table.

    Example:

    ```python
    is_prompted("sums.jsonl"), is_prompted("novel.txt")  # (True, False)
    ```
    """
    path = pathlib.Path(path)
    if path.is_dir():
        found = _find(path, "train")
        return found is not None and is_prompted(found)
    if ending(path) == ".jsonl":
        return True
    if not path.is_file() or not is_table(path):
        return False
    return set(NAMES) <= set(_header(read_table(path)))


def prompted_files(path: str | os.PathLike) -> ParallelText:
    """Reads prompts and answers: one file, or a folder of `train` and others.

    Files are tables, `.tsv` and `.csv`, whose header has `prompt` and `answer`, or
    `.jsonl`, an object with both in each line; all perhaps gzip. A folder has `train`,
    and perhaps a validation (`valid`, `val`, `validation` or `dev`) and a `test`.
    Without a validation, a tenth of the pairs, always the same, is for it; of one file
    alone, another tenth is for the test. A warning counts the pairs with a blank side,
    which are left out.

    Args:
        path: path of the file or of the folder.

    Returns:
        `ParallelText` of prompts and answers.

    Raises:
        OSError: If a file is missing or cannot be read.
        ValueError: If a file has no prompts and answers, or there are too few.

    Example:

    ```python
    prompted_files("sums.jsonl").train  # (["1 + 1 ="], ["2"]), or the other
    ```
    """
    path = pathlib.Path(path)
    if not path.is_dir():
        train, validation, test = split_twice(_read(path), lambda pairs: None)
    else:
        files = [_find(path, *names) for names in (["train"], _VALIDATIONS, ["test"])]
        if files[0] is None:
            raise FileNotFoundError(
                "Expected train.jsonl, train.tsv or train.csv in the folder. "
                f"Received: {path}"
            )
        train, validation, test = (file and _read(file) for file in files)
        if validation is None:
            train, validation = split_off(train)
    if not validation[0]:
        raise ValueError(
            f"{path}: expected two pairs or more, of which some are for validation. "
            f"Received: {len(train[0])} pair"
        )
    return ParallelText(stem_of(path), train, validation, test)


def _find(folder, *stems):
    return find_file(folder, *(f"{stem}{end}" for stem in stems for end in _ENDINGS))


def _read(path):
    pairs = _of_lines(path) if ending(path) == ".jsonl" else _of_table(path)
    written = [pair for pair in pairs if all(map(str.strip, pair))]
    if not written:
        raise ValueError(
            f"{path}: expected prompts with answers that are not blank. Received: none"
        )
    if len(written) < len(pairs):
        warnings.warn(
            f"Left out {len(pairs) - len(written)} of {len(pairs)} pairs with a blank "
            f"side in {path}",
            stacklevel=2,
        )
    _logger.info(f"{path}: {len(written):,} prompts with answers")
    return tuple(map(list, zip(*written)))


def _of_table(path):
    table = read_table(path)
    header = _header(table)
    if not set(NAMES) <= set(header):
        raise ValueError(
            f"{path}: expected a header with prompt and answer. "
            f"Received: the first row {[cell[:40] for cell in table.rows[0]]}"
        )
    columns = [header.index(name) for name in NAMES]
    return [tuple(row[i] for i in columns) for row in table.rows[1:]]


def _header(table):
    return [cell.lower() for cell in table.rows[0]]


def _of_lines(path):
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise ValueError(
                f"{path}, line {number}: expected an object of JSON. Received: {error}"
            ) from None
        if not isinstance(found, dict):
            found = {}
        values = [found.get(name) for name in NAMES]
        if not all(isinstance(value, str) for value in values):
            raise ValueError(
                f"{path}, line {number}: expected an object with prompt and answer, "
                f"both text. Received: {line[:60]}"
            )
        pairs.append(tuple(values))
    return pairs
