"""Texts to be asked about: lines, or a column of a table."""

import logging
import os

from kerazoo.data.text.column_names import TEXT_NAMES
from kerazoo.prediction.columns import Column
from kerazoo.prediction.columns import take_header
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row
from kerazoo.prediction.table_file import is_table
from kerazoo.prediction.table_file import is_utf8
from kerazoo.prediction.table_file import read_lines
from kerazoo.prediction.table_file import read_table

_logger = logging.getLogger(__name__)


def read_texts(path: str | os.PathLike, text_column: str | None = None) -> Inputs:
    """Reads texts; items are UTF-8 as bytes.

    Args:
        path: A `.csv` or `.tsv` file; any other has one text per line; `"-"` for lines
            of standard input.
        text_column: Column of a table, its name or its number from 1. Default: the only
            one, or the one with a name such as text, sentence or review.

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
    if is_table(path):
        table = read_table(path)
        wanted = [Column("text_column", text_column, TEXT_NAMES)]
        (found,), columns = take_header(table, wanted)
    elif text_column is not None:
        raise ValueError(
            "`text_column` is of .csv and .tsv files. "
            f"Received: text_column={text_column}, input={path}"
        )
    else:
        table, found, columns = read_lines(path), 0, ["text"]
    if len(columns) > 1:
        _logger.info("%s: texts are in column %r.", path, columns[found])
    rows = [_row(line, cells, found) for line, cells in table.rows]
    return Inputs(columns, rows, len(rows), "texts")


def _row(line, cells, column):
    text = cells[column]
    row = Row(f"line {line}", cells)
    if not text.strip():
        row.problem = "a blank text"
    elif not is_utf8(text):
        row.problem = "a text that is not UTF-8"
    else:
        row.item = text.encode()
    return row
