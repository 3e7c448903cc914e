"""Rows of a table in a text file, whatever separates their cells."""

import csv
import dataclasses
import io
import os
import pathlib

from kerazoo.data.text_file import ending
from kerazoo.data.text_file import read_text

_LONGEST_CELL = 2**31 - 1  # Characters; Python's own limit is 131,072.
_FIRST_BYTES = 1 << 16
_ENDINGS = (".csv", ".tsv")
_NAMES = {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "a bar"}
_COMMAS, _SEMICOLONS, _BARS = ((mark, csv.QUOTE_MINIMAL) for mark in ",;|")
_TABS, _TABS_AND_QUOTES = ("\t", csv.QUOTE_NONE), ("\t", csv.QUOTE_MINIMAL)


@dataclasses.dataclass
class Table:
    """Rows of as many cells each.

    Args:
        path: The file that they are of.
        rows: The cells, without spaces around them.
        lines: The line of the file where each row ends, from 1.
        numbers: The number of each row as spreadsheets count, from 1.
        delimiter: What stands between cells; None for spaces.

    Attributes:
        width: Number of columns.

    Example:

    ```python
    import pathlib

    table = Table(pathlib.Path("own.csv"), [["x", "y"], ["1", "2"]], [1, 2], [1, 2])
    table.width, table.below(has_header=True).rows  # (2, [["1", "2"]])
    ```
    """

    path: pathlib.Path
    rows: list[list[str]]
    lines: list[int]
    numbers: list[int]
    delimiter: str | None = ","

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def mark(self) -> str:
        """What stands between cells, in words."""
        return _NAMES.get(self.delimiter or "", "spaces")

    def below(self, has_header: bool) -> "Table":
        """Returns the table without its header, where it has one."""
        if not has_header:
            return self
        parts = self.rows[1:], self.lines[1:], self.numbers[1:]
        return Table(self.path, *parts, self.delimiter)


def is_table(path: str | os.PathLike) -> bool:
    """Returns whether the name of a file is that of a table.

    Example:

    ```python
    is_table("reviews.csv.gz"), is_table("novel.txt")  # (True, False)
    ```
    """
    return ending(path) in _ENDINGS


def read_table(
    path: str | os.PathLike,
    of_texts: bool = False,
    errors: str = "strict",
    keeps_blank: bool = False,
    first_rows: int | None = None,
) -> Table:
    """Reads a table, see `kerazoo.data.text_file.read_text` for its encodings.

    Cells stand between tabs, semicolons (of spreadsheets in much of Europe), commas or
    bars: the first of these that gives two columns or more, and as many cells in each
    row. What is rarer within cells comes first, as `0,5;1,5` has two. Quotes are those
    of spreadsheets; between tabs, texts of other files than `.csv` have none, if that
    makes a table. Other files than `.csv` and `.tsv` have tabs, if they are of texts;
    if not, they are lists: where tabs, semicolons and commas make no table of them,
    cells stand between spaces, and a line of more words than another has two cells.

    Blank rows are left out, and columns at the right end that are blank in all rows.

    Args:
        path: Name of the file, or `"-"` for standard input.
        of_texts: Whether cells are texts, where quotes and spaces are common.
        errors: `"strict"`, or `"surrogateescape"` to keep bytes that are not UTF-8.
        keeps_blank: Whether a blank line of a list, or of a table of one column, is a
            row, where it has a row above it.
        first_rows: Reads no more than these, of a file's first 64 KiB; None for all.

    Returns:
        `Table`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, no text, or a row has another number of cells than
            the first.

    Example:

    ```python
    import pathlib

    pathlib.Path("own.csv").write_text("mol;name\\nCCO;ethanol\\n")
    read_table("own.csv").rows  # [["mol", "name"], ["CCO", "ethanol"]]
    ```
    """
    path = pathlib.Path(path)
    first_bytes = None if first_rows is None else _FIRST_BYTES
    text = read_text(path, None, errors, first_bytes, may_be_blank=True)
    if not text.strip():
        expected = "text" if of_texts else "a header and at least one row"
        raise ValueError(f"{path}: expected {expected}. Received: an empty file")
    csv.field_size_limit(_LONGEST_CELL)
    forms = _forms(ending(path), of_texts)
    likeliest = _COMMAS if ending(path) == ".csv" else forms[0]
    faulty = []
    for form in forms:
        if _first_width(path, text, form) < 2:
            continue
        table, problem = _parsed(path, text, form, keeps_blank, first_rows)
        if problem is None:
            return _without_blank_columns(table)
        faulty.append((len(table.rows), form == likeliest, problem))
    if not (of_texts or is_table(path)):
        return _split_at_spaces(path, text, keeps_blank, first_rows)
    if faulty:  # What makes a table of the most rows is meant.
        *_, problem = max(faulty)
    else:
        table, problem = _parsed(path, text, likeliest, keeps_blank, first_rows)
    if problem is not None:
        raise ValueError(f"{path}, {problem}")
    if not table.rows:
        raise ValueError(f"{path}: expected rows. Received: blank cells alone")
    return table


def _forms(end, of_texts):
    """Returns pairs of a delimiter and a way of quoting, in the order to be tried."""
    tabs = [_TABS_AND_QUOTES, _TABS]
    if of_texts and end != ".csv":
        tabs.reverse()
    if end in _ENDINGS:
        return *tabs, _SEMICOLONS, _COMMAS, _BARS
    return tabs if of_texts else (*tabs, _SEMICOLONS, _COMMAS)


def _first_width(path, text, form):
    """Returns the number of cells of the first row, 0 where it cannot be read."""
    table, _ = _parsed(path, text, form, keeps_blank=False, first_rows=1)
    return table.width if table.rows else 0


def _parsed(path, text, form, keeps_blank, first_rows):
    """Returns the table until the first problem, and what that is."""
    delimiter, quoting = form
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True
    )
    table = Table(path, [], [], [], delimiter)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                if not (keeps_blank and table.rows and table.width == 1):
                    continue
                cells = [""]
            if table.rows and len(cells) != table.width:
                return table, _uneven(reader.line_num, cells, table)
            table.rows.append(cells)
            table.lines.append(reader.line_num)
            table.numbers.append(number)
            if len(table.rows) == first_rows:
                break
    except csv.Error as error:
        is_cut = first_rows is not None and table.rows  # Perhaps within quotes.
        if not is_cut:
            problem = f"line {reader.line_num}: expected CSV. Received: {error}"
            return table, problem
    return table, None


def _uneven(line, cells, table):
    return (
        f"line {line}: expected {_count(table.rows[0])} as in the first row, with "
        f"{table.mark} between them; a text that has one needs quotes. "
        f"Received: {_count(cells)}"
    )


def _count(cells):
    return f"{len(cells)} cell{'s' * (len(cells) != 1)}"


def _split_at_spaces(path, text, keeps_blank, first_rows):
    lines = [line.strip() for line in text.removesuffix("\n").split("\n")]
    rows = [line.split() for line in lines]
    if len({len(row) for row in rows if row}) > 1:  # A name of several words, or none.
        rows = [line.split(maxsplit=1) for line in lines]
    width = max(map(len, rows))
    start = next(i for i, row in enumerate(rows) if row)
    kept = [
        (row + [""] * (width - len(row)), line)
        for line, row in enumerate(rows[start:], start + 1)
        if row or keeps_blank
    ][:first_rows]
    rows, numbers = ([pair[i] for pair in kept] for i in (0, 1))
    return Table(path, rows, numbers, list(numbers), None)


def _without_blank_columns(table):
    width = max(i + 1 for row in table.rows for i, cell in enumerate(row) if cell)
    rows = [row[: max(width, 2)] for row in table.rows]
    return dataclasses.replace(table, rows=rows)
