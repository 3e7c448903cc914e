"""Texts of classes in the user's own files."""

import logging
import os
import pathlib
import typing
import warnings

import numpy as np

from kerazoo.data.table_file import is_table
from kerazoo.data.text.class_folders import read_class_folders
from kerazoo.data.text.label_checks import check_labels
from kerazoo.data.text.labelled_columns import find_columns
from kerazoo.data.text.labelled_columns import like_columns
from kerazoo.data.text.labelled_parts import find_parts
from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.text.split_texts import split_twice
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text.text_lines import read_lines
from kerazoo.data.text.text_tables import read_table
from kerazoo.data.text_file import ending

_MOST_NAMES = 10
_logger = logging.getLogger(__name__)


class _Row(typing.NamedTuple):
    text: str
    label: str
    place: str


def labelled_files(
    path: str | os.PathLike,
    text_column: str | int | None = None,
    label_column: str | int | None = None,
    header: bool | None = None,
) -> LabelledText:
    """Reads labelled texts: one file, or a folder of `train` and others.

    Tables are `.csv`, `.tsv`, or `.txt` with a tab in its first line, see
    `kerazoo.data.text.read_table`. Which columns are taken, and when the first row is a
    header, says `kerazoo.data.text.find_columns`.

    Lines are files such as `TREC.train.all` and `TREC.test.all`, with `.train`, `.test`
    and perhaps `.dev` or `.valid` in their names, and `.txt` without a tab: `label
    text`, in UTF-8 or else Latin-1.

    A folder has `train`, perhaps a validation (`dev`, `valid`, `val` or `validation`)
    and a `test`, all with the same ending; or one table alone. Without a validation
    file, a tenth of the training texts of each class, always the same, is for
    validation; of one file alone, another tenth is for the test. All may be gzip, with
    `.gz` at the end.

    In place of `train` and the others there may be folders of these names, with a
    folder for each class and in it a `.txt` for each text, as IMDB has; or the folders
    of the classes alone.

    Classes are the labels of the training file, sorted, as numbers if all are. A
    warning counts the blank texts, which are left out.

    Args:
        path: path of the file or of the folder.
        text_column, label_column: Name in any case, or number from 1, of the column of
            a table; None to find it.
        header: Whether tables have a header; None to find out.

    Returns:
        `LabelledText`.

    Raises:
        FileNotFoundError: If there is no such path, or no training file in it.
        ValueError: If a file is empty or binary, a row has not the form, columns cannot
            be found or are the wrong way round, a label is absent from the training
            file, or there are fewer than two classes.

    Example:

    ```python
    text = labelled_files("sst2")
    ```
    """
    path = pathlib.Path(path)
    train_path, validation_path, test_path, is_alone = find_parts(path)
    given = text_column, label_column, header
    if not _may_be_table(train_path) and given != (None, None, None):
        raise ValueError(
            f"{train_path}: `text_column`, `label_column` and `header` go with tables, "
            f".csv or .tsv. Received: text_column={text_column}, "
            f"label_column={label_column}, header={header}"
        )
    columns, rows = _read(train_path, lambda table: find_columns(table, *given))
    labels = [row.label for row in rows]
    check_labels(
        train_path,
        [row.text for row in rows],
        labels,
        columns,
        is_split=validation_path is None,
    )
    is_numeric = all(label.isdecimal() for label in labels)
    class_names = sorted(set(labels), key=int if is_numeric else str)
    _say(train_path, columns, labels, class_names)
    train = _numbered(train_path, rows, class_names)
    validation, test = (
        None if path is None else _further(path, columns, class_names)
        for path in (validation_path, test_path)
    )
    if is_alone:
        train, validation, test = split_twice(train, lambda part: part[1])
    elif validation is None:
        train, validation = split_off(train, train[1])
    return LabelledText(stem_of(path), class_names, train, validation, test)


def _read(path, find):
    """Returns the columns of a table, None of lines, and the rows without blank ones.

    Args:
        path: The file.
        find: Function of a `Table` to its `LabelledColumns`, or to None for none.
    """
    columns = None
    if path.is_dir():
        rows = [
            _Row(text, label, str(file))
            for text, label, file in read_class_folders(path)
        ]
    elif _may_be_table(path):
        table = read_table(path)
        columns = find(table)
        if columns is None:
            return None, []
        table = table.below(columns.names is not None)
        rows = [
            _Row(cells[columns.text], cells[columns.label], f"{path}, line {line}")
            for cells, line in zip(table.rows, table.lines)
        ]
    else:
        rows = list(_labels_first(path))
    for row in rows:
        if not row.label:
            raise ValueError(f"{row.place}: expected a label. Received: none")
    written = [row for row in rows if row.text]
    if not written:
        raise ValueError(f"{path}: expected texts with labels. Received: none")
    if len(written) < len(rows):
        blank = len(rows) - len(written)
        warnings.warn(
            f"Left out {blank} of {len(rows)} texts, which are blank, of {path}",
            stacklevel=2,
        )
    return columns, written


def _may_be_table(path):
    if path.is_dir():
        return False
    if is_table(path):
        return True
    return ending(path) == ".txt" and "\t" in read_lines(path, "latin-1")[0]


def _labels_first(path):
    for number, line in enumerate(read_lines(path, fallback="latin-1"), 1):
        if line.strip():
            label, _, text = line.strip().partition(" ")
            yield _Row(text.strip(), label, f"{path}, line {number}")


def _further(path, training, class_names):
    """Returns the texts and labels of validation or test; None without labels."""

    def find(table):
        if training is None:
            return find_columns(table)
        return like_columns(table, training)

    _, rows = _read(path, find)
    if not rows:
        warnings.warn(
            f"Left out {path}, which has no column of labels called "
            f"{training.names[training.label]!r}",
            stacklevel=2,
        )
        return None
    return _numbered(path, rows, class_names)


def _numbered(path, rows, class_names):
    """Returns texts and labels as numbers."""
    numbers = {name: number for number, name in enumerate(class_names)}
    for row in rows:
        if row.label not in numbers:
            raise ValueError(
                f"{row.place}: expected a label of the training file, one "
                f"of {class_names[:20]}. Received: label={row.label}"
            )
    labels = np.array([numbers[row.label] for row in rows], np.int32)
    return [row.text for row in rows], labels


def _say(path, columns, labels, class_names):
    shown = ", ".join(class_names[:_MOST_NAMES])
    more = ", ..." if len(class_names) > _MOST_NAMES else ""
    each = (
        "a folder for each class"
        if path.is_dir()
        else "a label and a text in each line"
    )
    _logger.info(
        f"{path}: {columns or each}; {len(labels):,} "
        f"texts of {len(class_names)} classes ({shown}{more})"
    )
