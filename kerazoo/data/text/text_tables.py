"""Tables of texts: two columns or more."""

import os

from kerazoo.data import table_file
from kerazoo.data.table_file import Table


def read_table(path: str | os.PathLike) -> Table:
    """Reads a table of two columns or more, see `kerazoo.data.table_file.read_table`.

    Args:
        path: path of the file, gzip if it ends with `.gz`.

    Returns:
        `Table`, whose `rows` are lists of str and whose `lines` say where each ends.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, binary or not UTF-8, has one column, or rows of
            different numbers of cells.

    Example:

    ```python
    read_table("sst2/train.tsv").rows[1]  # ["a fine film", "1"]
    ```
    """
    table = table_file.read_table(path, of_texts=True)
    if table.width < 2:
        start = table.rows[0][0][:100].partition("\n")[0]
        raise ValueError(
            f"{path}: expected two columns or more, with {table.mark} between them. "
            f"Received: 1 column, the first row {start!r}"
        )
    return table
