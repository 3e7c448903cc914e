"""Numbers with a comma before their fraction, as much of Europe writes them."""

import dataclasses
import logging
import os
import re

from kerazoo.data.missing_cells import is_missing
from kerazoo.data.table_file import Table

_NUMBER = re.compile(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?")
_logger = logging.getLogger(__name__)


def with_decimal_points(table: Table, says: bool = True) -> Table:
    """Returns a table with points for the commas in columns of numbers.

    A column is one of numbers if all of its cells are, but for missing ones and for the
    first, which may be a header. Tables with commas between cells stay as they are.

    Args:
        table: The table.
        says: Whether `logging` tells which columns have changed.

    Example:

    ```python
    import pathlib

    from kerazoo.data.table_file import read_table

    pathlib.Path("own.csv").write_text("mol;logS\\nCCO;-0,77\\n")
    with_decimal_points(read_table("own.csv")).rows[1]  # ["CCO", "-0.77"]
    ```
    """
    if table.delimiter in (",", None):
        return table
    rows = [list(row) for row in table.rows]
    changed = []
    for column, name in enumerate(rows[0]):
        cells = [row[column] for row in rows[1:] if not is_missing(row[column])]
        if not any("," in cell for cell in cells):
            continue
        if all(map(_NUMBER.fullmatch, cells)):
            changed.append(name)
            for row in rows:
                if _NUMBER.fullmatch(row[column]):
                    row[column] = row[column].replace(",", ".")
    if changed and says:
        name = os.path.basename(table.path)
        columns = ", ".join(changed)
        _logger.info("%s: numbers have a decimal comma in %s.", name, columns)
    return dataclasses.replace(table, rows=rows)
