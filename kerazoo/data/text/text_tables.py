"""Tables of texts: columns between tabs, commas or semicolons."""

import csv
import dataclasses
import io
import os
import pathlib

from kerazoo.data.text.text_files import ending
from kerazoo.data.text.text_lines import read_text

_LONGEST_TEXT = 2**31 - 1  # Characters; Python's own limit is 131,072.
_NAMES = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}
_QUOTES, _NO_QUOTES = csv.QUOTE_MINIMAL, csv.QUOTE_NONE
_WITH_TABS = (("\t", _NO_QUOTES), ("\t", _QUOTES))
_FORMS = {  # By the ending of the file: the likeliest form first.
    ".csv": ((",", _QUOTES), (";", _QUOTES), *_WITH_TABS[::-1], ("|", _QUOTES)),
    ".tsv": (*_WITH_TABS, (",", _QUOTES), (";", _QUOTES), ("|", _QUOTES)),
    ".txt": _WITH_TABS,
}


@dataclasses.dataclass
class TextTable:
    """Rows of as many cells each.

    Args:
        path: The file that they are of.
        rows: list of lists of str, without rows that are blank.
        lines: list of int, the line of the file where each row ends.

    Attributes:
        width: int. Number of columns.

    Example:

    ```python
    import pathlib

    TextTable(pathlib.Path("films.csv"), [["fine", "good"]], lines=[1]).width  # 2
    ```
    """

    path: pathlib.Path
    rows: list[list[str]]
    lines: list[int]

    @property
    def width(self) -> int:
        return len(self.rows[0])


def read_table(path: str | os.PathLike) -> TextTable:
    """Reads a table of two columns or more, in UTF-8, perhaps gzip.

    Columns of a `.csv` stand between commas, with quotes as spreadsheets write them;
    those of others between tabs, without quotes. Where that gives no table with as
    many cells in each row, it may be semicolons (of spreadsheets in much of Europe),
    tabs, commas or bars, with quotes. Blank rows are left out, and columns at the right
    end that are blank in all rows.

    Args:
        path: path of the file.

    Returns:
        `TextTable`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, binary or not UTF-8, has one column, or rows of
            different numbers of cells.

    Example:

    ```python
    read_table("sst2/train.tsv").rows[1]  # ["a fine film", "1"]
    ```
    """
    path = pathlib.Path(path)
    text = read_text(path)
    forms = _FORMS.get(ending(path), _FORMS[".tsv"])
    first = None
    for delimiter, quoting in forms:
        rows, lines, problem = _parsed(text, delimiter, quoting)
        if problem is None and len(rows[0]) > 1:
            return TextTable(path, _without_blank_columns(rows), lines)
        if first is None and problem is not None and (not rows or len(rows[0]) > 1):
            first = problem
    if first is not None:
        raise ValueError(f"{path}, {first}")
    start = text.strip()[:100].splitlines()[0]
    raise ValueError(
        f"{path}: expected two columns or more, with {_NAMES[forms[0][0]]} between "
        f"them. Received: 1 column, the first row {start!r}"
    )


def _parsed(text, delimiter, quoting):
    """Returns rows and their lines until the first problem, and what that is."""
    csv.field_size_limit(_LONGEST_TEXT)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True
    )
    rows, lines = [], []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if rows and len(cells) != len(rows[0]):
                return rows, lines, _uneven(reader.line_num, cells, rows, delimiter)
            rows.append(cells)
            lines.append(reader.line_num)
    except csv.Error as error:
        problem = f"line {reader.line_num}: expected CSV. Received: {error}"
        return rows, lines, problem
    return rows, lines, None


def _uneven(line, cells, rows, delimiter):
    return (
        f"line {line}: expected {len(rows[0])} cells as in the first row, with "
        f"{_NAMES[delimiter]} between them; a text that has one needs quotes. "
        f"Received: {len(cells)} cells"
    )


def _without_blank_columns(rows):
    width = max(i + 1 for row in rows for i, cell in enumerate(row) if cell)
    return [row[: max(width, 2)] for row in rows]
