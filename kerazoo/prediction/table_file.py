"""Files of lines and tables, each row with its place."""

import csv
import dataclasses
import io
import os
import pathlib
import re
import sys

_LONGEST_CELL = 2**31 - 1  # Characters; Python's own limit is 131,072.
_DELIMITERS = {".csv": ",;\t", ".tsv": "\t"}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
STANDARD_INPUT = "-"


@dataclasses.dataclass
class Table:
    """Rows of cells, the first of which may be a header.

    Args:
        path: Name of the file.
        rows: Pairs of the line that each row ends in, from 1, and its cells.
    """

    path: str
    rows: list[tuple[int, list[str]]]


def is_table(path: str | os.PathLike) -> bool:
    """Returns whether the name of a file is that of a table."""
    return pathlib.Path(path).suffix.lower() in _DELIMITERS


def read_table(path: str | os.PathLike) -> Table:
    """Reads a `.csv` file, of commas, semicolons or tabs, or a `.tsv` file.

    Bytes that are not UTF-8 are kept, as Python's `surrogateescape`.

    Args:
        path: Name of the file.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is binary, empty, no CSV, or a row has another number of cells
            than the first.

    Example:

    ```python
    with open("films.csv", "w") as file:
        file.write("text,label\\na good film,good\\n")
    read_table("films.csv").rows  # [(1, ["text", "label"]), (2, ["a good film", ...
    ```
    """
    csv.field_size_limit(_LONGEST_CELL)
    suffix = pathlib.Path(path).suffix.lower()
    text = _text(path)
    unquoted = re.sub('"[^"]*"', "", text.lstrip("\n").partition("\n")[0])
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=max(_DELIMITERS[suffix], key=unquoted.count),
        quoting=csv.QUOTE_NONE if suffix == ".tsv" else csv.QUOTE_MINIMAL,
        strict=True,
    )
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if cells or (rows and len(rows[0][1]) == 1):
                rows.append((reader.line_num, cells or [""]))
                _check_width(path, rows)
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: expected CSV. Received: {error}"
        ) from None
    return Table(str(path), rows)


def read_lines(path: str | os.PathLike) -> Table:
    """Reads the lines of a text file, each as a row of one cell.

    Args:
        path: Name of the file, or `"-"` for standard input.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is binary or empty.
    """
    lines = _text(path).split("\n")
    lines = lines if lines[-1] else lines[:-1]
    rows = [(number, [line.rstrip("\r")]) for number, line in enumerate(lines, 1)]
    return Table(str(path), rows)


def is_utf8(text: str) -> bool:
    """Returns whether a text was UTF-8 in its file."""
    return text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text)


def _text(path):
    if str(path) == STANDARD_INPUT:
        content = sys.stdin.buffer.read()
    else:
        content = pathlib.Path(path).read_bytes()
    encoding = next((e for mark, e in _MARKS.items() if content.startswith(mark)), None)
    if encoding is None and b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise ValueError(f"{path}, line {line}: expected text. Received: a byte of 0")
    text = content.decode(encoding or "utf-8", errors="surrogateescape")
    if not text.strip():
        raise ValueError(f"{path}: expected text. Received: an empty file")
    return text


def _check_width(path, rows):
    (_, first), (line, last) = rows[0], rows[-1]
    if len(last) != len(first):
        raise ValueError(
            f"{path}, line {line}: expected {len(first)} cells as in the first row; "
            f"text with separators needs quotes. Received: {len(last)} cells"
        )
