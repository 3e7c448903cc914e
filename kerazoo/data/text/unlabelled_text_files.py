"""Texts to learn a language from, in the user's own files of any kind."""

import logging
import os
import pathlib
import typing

from kerazoo.data import table_file
from kerazoo.data.table_file import is_table
from kerazoo.data.text.labelled_columns import find_columns
from kerazoo.data.text.labelled_parts import find_parts
from kerazoo.data.text.labelled_text_files import labelled_files
from kerazoo.data.text.plain_text_file import text_file
from kerazoo.data.text.python_help import python_topics
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.text.text_column import find_text_column
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text.unlabelled_text import UnlabelledText
from kerazoo.data.text.unlabelled_text import lines_of

BUILT_IN = "python_topics"
_logger = logging.getLogger(__name__)


def unlabelled_files(
    paths: str | os.PathLike | typing.Sequence[str | os.PathLike],
    text_column: str | int | None = None,
) -> UnlabelledText:
    """Reads the texts of files and folders, without their labels.

    Of tables, `.csv` and `.tsv`, each row is a text. A folder of labelled texts, see
    `kerazoo.data.text.labelled_files`, gives those of training and of validation, never
    those of the test. All other files, and the `.txt` of a folder, are texts whose
    lines follow one another. What has no validation of its own gives a tenth to it.

    Args:
        paths: path of a file or folder, or several; of str with commas between them.
            `"python_topics"` among them stands for Python's own help.
        text_column: Name in any case, or number from 1, of the column of the tables;
            None to find it.

    Returns:
        `UnlabelledText`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is empty or no text, or a table's column cannot be told.

    Example:

    ```python
    text = unlabelled_files("sst2,novel.txt")
    ```
    """
    if isinstance(paths, str):
        paths = [path for path in paths.split(",") if path]
    elif isinstance(paths, os.PathLike):
        paths = [paths]
    parts = [_read(pathlib.Path(path), text_column) for path in paths]
    if len(parts) == 1:
        return parts[0]
    return UnlabelledText.joined("_".join(part.name for part in parts), parts)


def _read(path, text_column):
    if str(path) == BUILT_IN and not path.exists():
        return UnlabelledText.of_plain(python_topics())
    if not path.exists():
        raise FileNotFoundError(
            "`data_dir` must be a file or folder that is there, or several with commas "
            f"between them. Received: data_dir={path}"
        )
    if path.is_file():
        if is_table(path):
            return UnlabelledText.of(stem_of(path), _column(path, text_column))
        return UnlabelledText.of_plain(text_file(path))
    parts = _parts(path)
    if parts is None:
        return UnlabelledText.of_plain(text_file(path))
    if is_table(parts.train):
        return _of_tables(path, parts, text_column)
    try:
        labelled = labelled_files(path)
    except ValueError:  # Lines that begin with no label.
        return UnlabelledText.of_plain(text_file(parts.train))
    train, validation = (
        [lines_of(text) for text in texts]
        for texts, _ in (labelled.train, labelled.validation)
    )
    return UnlabelledText(labelled.name, train, validation)


def _parts(folder):
    """Returns the files of a folder of labelled texts; None for one of plain texts."""
    try:
        parts = find_parts(folder)
    except FileNotFoundError:
        return None
    # Those of a folder of texts; with labels they stand in a table.
    return None if parts.train.name.startswith("train.txt") else parts


def _of_tables(folder, parts, text_column):
    train = [lines_of(text) for text in _column(parts.train, text_column)]
    if parts.validation is None:
        (train,), (validation,) = split_off((train,))
    else:
        texts = _column(parts.validation, text_column)
        validation = [lines_of(text) for text in texts]
    return UnlabelledText(stem_of(folder), train, validation)


def _column(path, text_column):
    """Returns the texts of a table that are not blank."""
    table = table_file.read_table(path, of_texts=True)
    column, has_header = _find_column(table, text_column)
    rows = table.below(has_header).rows
    texts = [row[column] for row in rows if row[column]]
    name = f" {table.rows[0][column]!r}" if has_header else ""
    _logger.info(f"{path}: {len(texts):,} texts of column {column + 1}{name}")
    return texts


def _find_column(table, text_column):
    """Returns the column of the texts, and whether there is a header."""
    try:
        return find_text_column(table, text_column)
    except ValueError:
        if text_column is not None:
            raise
        try:  # As where its labels are learnt.
            found = find_columns(table)
        except ValueError:
            found = None
        if found is None:
            raise
        return found.text, found.names is not None
