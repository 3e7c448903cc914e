"""Whether the first row of a table names its columns, and which one is given."""

import typing

from kerazoo.data.table_file import Table
from kerazoo.data.text.column_names import could_be_name


def is_name(column: str | int | None) -> bool:
    """Returns whether a column is given by its name, and not by its number."""
    return column is not None and not str(column).isdecimal()


def numbered_column(
    table: Table, argument: str, value: str | int | None, header: bool | None = None
) -> int | None:
    """Returns the column that is given, from 0; None for none.

    Args:
        table: The table.
        argument: What errors call it, such as `"text_column"`.
        value: Its name in any case, or its number from 1; None for none.
        header: Whether the table has a header; None where that is not known.

    Raises:
        ValueError: If there is no such column.

    Example:

    ```python
    from kerazoo.data.text import read_table

    numbered_column(read_table("sst2/train.tsv"), "text_column", "Sentence")  # 0
    ```
    """
    if value is None:
        return None
    if not is_name(value):
        if not 1 <= int(value) <= table.width:
            raise ValueError(
                f"{table.path}: `{argument}` must be from 1 to {table.width}, the "
                f"number of columns, or a name. Received: {argument}={value}"
            )
        return int(value) - 1
    lower = [cell.lower() for cell in table.rows[0]]
    if header is False or str(value).lower() not in lower:
        raise ValueError(
            f"{table.path}: expected a header with the name of `{argument}`. Received: "
            f"{argument}={value}, the first row {table.rows[0]}"
        )
    return lower.index(str(value).lower())


def could_be_header(row: typing.Sequence[str], header: bool | None = None) -> bool:
    """Returns whether a first row may be a header, or is said to be one.

    Args:
        row: The row.
        header: Whether there is one; None to find out.

    Example:

    ```python
    could_be_header(["id", "Review Text"]), could_be_header(["1", "fine!"])
    # (True, False)
    ```
    """
    return (
        header is True
        or "label" in (cell.lower() for cell in row)
        or all(not cell or could_be_name(cell) for cell in row)
    )


def has_columns(table: Table, *names: str | int | None) -> bool:
    """Returns whether the first row has names of columns, in any case.

    Args:
        table: The table.
        *names: The names; numbers and None are none.

    Example:

    ```python
    from kerazoo.data.text import read_table

    has_columns(read_table("sst2/train.tsv"), "Sentence", "label")  # True
    ```
    """
    first = {cell.lower() for cell in table.rows[0]}
    return all(is_name(name) and str(name).lower() in first for name in names)


def names_numbers(table: Table, without: typing.Collection[int] = ()) -> bool:
    """Returns whether the first row has a word above a column of numbers.

    Args:
        table: The table.
        without: Columns that do not count, from 0.

    Example:

    ```python
    from kerazoo.data.table_file import Table

    rows = [["Ref #", "Said"], ["1", "fine"], ["2", "dull"]]
    names_numbers(Table("films.csv", rows, [1, 2, 3], [1, 2, 3]))  # True
    ```
    """
    return any(
        column[0] and not is_number(column[0]) and _are_numbers(column[1:])
        for i, column in enumerate(zip(*table.rows))
        if i not in without
    )


def is_number(cell: str) -> bool:
    """Returns whether a cell is a number, perhaps with a decimal comma."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _are_numbers(cells):
    cells = [cell for cell in cells if cell]
    return len(cells) > 1 and all(map(is_number, cells))
