"""Rows of a text file of a table, whatever separates their cells."""

import codecs
import csv
import io
import itertools
import logging
import os
import pathlib
import re

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DELIMITERS = (",", ";", "\t")
_LISTS = {".smi", ".txt"}  # Cells between spaces, where there is nothing else.
_SAMPLE = 50  # Rows that the delimiter is found by.
_FIRST_BYTES = 1 << 16
_ZIP = b"PK\x03\x04"
_DECIMAL = re.compile(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?")


def read_rows(
    path: str | os.PathLike, first_rows: int | None = None
) -> list[list[str]]:
    """Reads the rows of a table: CSV of commas, semicolons or tabs, or a list.

    Text is UTF-8 with or without a byte order mark, or UTF-16 with one. Where cells are
    not between commas, numbers may have a comma before their fraction, which becomes a
    point. Files `.smi` and `.txt` may have cells between spaces.

    Args:
        path: Path of the file.
        first_rows: Reads no more than these, of a file's first 64 KiB; None for all.

    Returns:
        List of rows of cells without spaces around them; empty rows at the end are left
        out.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no such text.

    Example:

    ```python
    import pathlib

    pathlib.Path("own.csv").write_text("mol;logS\\nCCO;-0,77\\n")
    read_rows("own.csv")  # [["mol", "logS"], ["CCO", "-0.77"]]
    ```
    """
    path = pathlib.Path(path)
    text = _read_text(path, first_rows is not None)
    delimiter = _find_delimiter(path, text)
    try:
        if delimiter is None:
            rows = _split_at_spaces(text)
        else:
            lines = io.StringIO(text, newline="")
            rows = [
                [cell.strip() for cell in row]
                for row in csv.reader(lines, delimiter=delimiter)
            ]
    except csv.Error as error:
        raise ValueError(f"{path}: expected CSV in UTF-8. Received: {error}") from None
    while rows and not any(rows[-1]):
        rows.pop()
    if delimiter not in (",", None):
        _read_decimal_commas(path, rows, says=first_rows is None)
    return rows[:first_rows]


def _read_text(path, only_first):
    with path.open("rb") as file:
        content = file.read(_FIRST_BYTES if only_first else -1)
    if len(content) == _FIRST_BYTES and only_first:
        content = content[: content.rfind(b"\n") + 1] or content
    if content.startswith(_ZIP):
        raise ValueError(
            f"{path}: expected CSV in UTF-8; a spreadsheet must be saved as CSV. "
            "Received: a file of Excel or a zip"
        )
    marks = (e for mark, e in _BYTE_ORDER_MARKS.items() if content.startswith(mark))
    encoding = next(marks, "utf-8")
    errors = "ignore" if encoding == "utf-16" and only_first else "strict"
    try:
        return content.decode(encoding, errors)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}, row {line}: expected CSV in UTF-8; save it with that encoding, "
            "or convert it: iconv -f latin1 -t utf-8. "
            f"Received: byte 0x{content[error.start]:02x}"
        ) from None


def _find_delimiter(path, text):
    """Returns what makes the most rows as long as the first; None for spaces."""
    lines = list(itertools.islice(io.StringIO(text), _SAMPLE))
    is_list = path.suffix.lower() in _LISTS

    def agreement(delimiter):
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0.0
        if not rows or len(rows[0]) < 2:
            return 0.0
        same = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        return same if same == 1 or not is_list else 0.0

    best = max(_DELIMITERS, key=agreement)
    if agreement(best):
        return best
    return None if is_list else ","


def _split_at_spaces(text):
    lines = [line.strip() for line in text.splitlines()]
    rows = [line.split() for line in lines]
    if len({len(row) for row in rows if row}) > 1:  # A name of several words.
        rows = [line.split(maxsplit=1) for line in lines]
    return rows


def _read_decimal_commas(path, rows, says):
    """Makes points of the commas in columns of numbers."""
    if len({len(row) for row in rows}) != 1:
        return
    changed = []
    for column in range(len(rows[0])):
        cells = [row[column] for row in rows[1:] if row[column]]
        if not any("," in cell for cell in cells):
            continue
        if all(_DECIMAL.fullmatch(cell) for cell in cells):
            changed.append(rows[0][column])
            for row in rows:
                if _DECIMAL.fullmatch(row[column]):
                    row[column] = row[column].replace(",", ".")
    if changed and says:
        logging.getLogger(__name__).info(
            "%s: numbers have a decimal comma in %s.", path.name, ", ".join(changed)
        )
