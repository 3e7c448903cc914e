"""Sentence pairs of the user's own tables, a column for each language."""

import dataclasses
import os

from kerazoo.data.table_file import Table
from kerazoo.data.text.languages import is_header
from kerazoo.data.text.languages import is_language
from kerazoo.data.text.text_tables import read_table

_UNSAID = ("source", "target")


@dataclasses.dataclass(frozen=True)
class ParallelTable:
    """The pairs of a table.

    Args:
        sources, targets: Lists of str of equal length.
        description: str. Which columns they are.

    Example:

    ```python
    ParallelTable(["eins"], ["one"], "no header, from column 1 to column 2")
    ```
    """

    sources: list[str]
    targets: list[str]
    description: str


def parallel_table(
    path: str | os.PathLike, source: str = "source", target: str = "target"
) -> ParallelTable:
    """Reads a table of pairs, see `kerazoo.data.text.read_table`.

    The first row is a header where a language is one of its cells, in any case or by
    its name, as English for en; and where two cells name two languages. Without one,
    the first of two columns has the sources.

    Args:
        path: path of the file.
        source, target: Languages as in the header, or numbers of columns from 1.

    Returns:
        `ParallelTable`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no table, or it is not clear which columns are meant.

    Example:

    ```python
    parallel_table("numbers.tsv").sources  # ["eins", "zwei"]
    ```
    """
    table = read_table(path)
    left, right, has_header = find_pair(table, source, target)
    if left is None or right is None or left == right:
        raise ValueError(
            f"{path}: expected two columns for `source_language` and "
            "`target_language`, names of its header or numbers from 1. Received: "
            f"source_language={source}, target_language={target}, "
            f"the first row {[cell[:40] for cell in table.rows[0]]}"
        )
    names = [f" {table.rows[0][i]!r}" if has_header else "" for i in (left, right)]
    rows = table.below(has_header).rows
    return ParallelTable(
        [row[left] for row in rows],
        [row[right] for row in rows],
        f"{'a header' if has_header else 'no header'}, from column "
        f"{left + 1}{names[0]} to column {right + 1}{names[1]}",
    )


def find_pair(
    table: Table, source: str = "source", target: str = "target"
) -> tuple[int | None, int | None, bool]:
    """Finds the columns of two languages, and whether the first row is a header.

    Args:
        table: The table.
        source, target: See `parallel_table`.

    Returns:
        The columns of the sources and of the targets, from 0, each None where it cannot
        be told, and whether there is a header.

    Example:

    ```python
    from kerazoo.data.text import read_table

    find_pair(read_table("numbers.tsv"))  # (0, 1, False)
    ```
    """
    first, languages = table.rows[0], (source, target)
    columns = [_column(table, language) for language in languages]
    has_header = any(
        column is not None and not language.isdecimal()
        for column, language in zip(columns, languages)
    )
    if table.width == 2 and not has_header:
        has_header = is_header((first[0], first[1]))
        if columns == [None, None] and (not has_header or languages == _UNSAID):
            columns = [0, 1]
    if table.width == 2 and columns.count(None) == 1:
        missing = columns.index(None)
        if languages[missing] == _UNSAID[missing]:
            columns[missing] = 1 - (columns[1 - missing] or 0)
    return columns[0], columns[1], has_header


def _column(table: Table, language: str) -> int | None:
    """Returns the column of a language, from 0."""
    if language.isdecimal():
        return int(language) - 1 if 0 < int(language) <= table.width else None
    cells = [cell.lower() for cell in table.rows[0]]
    if language.lower() in cells:
        return cells.index(language.lower())
    found = (i for i, cell in enumerate(cells) if is_language(cell, language))
    return next(found, None)
