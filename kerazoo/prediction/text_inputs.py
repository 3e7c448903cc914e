"""Texts to be asked about: lines, a column of a table, or the files of a folder."""

import contextlib
import dataclasses
import logging
import os
import pathlib
from collections.abc import Sequence

from kerazoo.data.table_file import is_table
from kerazoo.data.table_file import read_table
from kerazoo.data.text.column_names import TEXT_NAMES
from kerazoo.data.text.table_header import has_columns
from kerazoo.data.text.text_column import find_text_column
from kerazoo.data.text.text_files import text_files
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text_file import STANDARD_INPUT
from kerazoo.data.text_file import ending
from kerazoo.data.text_file import is_utf8
from kerazoo.data.text_file import read_text
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_KEEP = "surrogateescape"  # Bytes that are not UTF-8: their row has no answer.
_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a model was trained on, as far as files to ask it about may look alike.

    Args:
        class_names: Classes of labelled texts.
        languages: The source's and the target's, of pairs of texts.
        text_column, label_column: Columns of the texts and of the labels, where
            training was given their names.

    Example:

    ```python
    Trained(class_names=["bad", "good"])
    ```
    """

    class_names: Sequence[str] = ()
    languages: tuple[str, str] | None = None
    text_column: str | int | None = None
    label_column: str | int | None = None


def read_texts(
    path: str | os.PathLike,
    text_column: str | None = None,
    trained: Trained | None = None,
) -> Inputs:
    """Reads texts; items are UTF-8 as bytes.

    Args:
        path: A `.csv` or `.tsv` file; any other has one text per line, but for a table
            between tabs such as the model was trained on; a folder, whose `.txt` files
            are a text each; `"-"` for lines of standard input. Files may be gzip, with
            `.gz` at the end.
        text_column: Column of a table, its name or its number from 1. Default: that of
            training, where it is there; or see
            `kerazoo.data.text.text_column.find_text_column`.
        trained: What the model was trained on.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it has no texts, or the column cannot be told.

    Example:

    ```python
    with open("films.txt", "w") as file:
        file.write("a good film\\n\\na bad film\\n")
    [row.problem for row in read_texts("films.txt").rows]  # None, "a blank text", None
    ```
    """
    trained = trained or Trained()
    if pathlib.Path(path).is_dir():
        return _of_folder(pathlib.Path(path))
    if is_table(path):
        return _of_table(_read_table(path), text_column, trained)
    if _may_be_table(path, trained):
        with contextlib.suppress(ValueError):  # Where it has lines, or mistakes.
            table = _read_table(path)
            if table.width > 1:
                return _of_table(table, text_column, trained)
    if text_column is not None:
        raise ValueError(
            "`text_column` is of .csv and .tsv files. "
            f"Received: text_column={text_column}, input={path}"
        )
    lines = read_lines(path, errors=_KEEP)
    rows = [_row(f"line {i}", [line], line) for i, line in enumerate(lines, 1)]
    return Inputs(["text"], rows, len(rows), "texts")


def _may_be_table(path, trained):
    """Returns whether training takes such a file for a table, if it is one."""
    if trained.languages:
        return str(path) != STANDARD_INPUT
    return bool(trained.class_names) and ending(path) == ".txt"


def _read_table(path):
    return read_table(path, of_texts=True, errors=_KEEP, keeps_blank=True)


def _of_table(table, text_column, trained):
    if text_column is None and has_columns(table, trained.text_column):
        text_column = trained.text_column
    found, has_header = find_text_column(
        table,
        text_column,
        trained.class_names,
        trained.languages,
        trained.label_column if has_columns(table, trained.label_column) else None,
    )
    columns = table.rows[0] if has_header else _default_names(table.width, found)
    table = table.below(has_header)
    if not table.rows:
        raise ValueError(f"{table.path}: expected rows. Received: only a header")
    if table.width > 1:
        header = "a header" if has_header else "no header"
        name = f" {columns[found]!r}" if has_header else ""
        _logger.info(
            "%s: %s, texts in column %d%s.", table.path, header, found + 1, name
        )
    rows = [
        _row(f"line {line}", cells, cells[found])
        for line, cells in zip(table.lines, table.rows)
    ]
    return Inputs(columns, rows, len(rows), "texts")


def _default_names(width, found):
    names = [f"column_{i + 1}" for i in range(width)]
    names[found] = TEXT_NAMES[0]
    return names


def _of_folder(folder):
    files = text_files(folder)
    rows = []
    for file in files:
        text = read_text(file, errors=_KEEP, may_be_blank=True)
        rows.append(_row(str(file), [str(file)], text.strip()))
    return Inputs(["file"], rows, len(rows), "texts")


def _row(place, cells, text):
    row = Row(place, cells)
    if not text.strip():
        row.problem = "a blank text"
    elif not is_utf8(text):
        row.problem = "a text that is not UTF-8"
    else:
        row.item = text.encode()
    return row
