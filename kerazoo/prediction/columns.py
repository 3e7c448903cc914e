"""Which columns of a table are meant, and whether it has a header."""

import dataclasses
from collections.abc import Sequence

from kerazoo.data.graphs.column_names import normalized
from kerazoo.data.text.column_names import could_be_name
from kerazoo.data.text.column_names import find_name
from kerazoo.prediction.table_file import Table


@dataclasses.dataclass(frozen=True)
class Column:
    """A column to be found.

    Args:
        argument: Name of the argument that names it, such as `"text_column"`.
        given: Value of that argument: a name, a number from 1, or None.
        names: Names that the column has in most files, in lower case with _ between
            words.
    """

    argument: str
    given: str | None
    names: Sequence[str]


def take_header(
    table: Table, wanted: Sequence[Column], has_header: bool | None = None
) -> tuple[list[int], list[str]]:
    """Finds columns of a table, and takes its header off where it has one.

    The first row is a header if one of its cells is the name that was given for a
    column, or one that such columns have in most files. A table of just as many columns
    as are wanted has them in that order, where nothing else tells.

    Args:
        table: The table, whose header goes.
        wanted: What to find.
        has_header: Whether there is one; None to find out.

    Returns:
        The pair of the numbers of the columns, from 0, and the names of all columns of
        the table.

    Raises:
        ValueError: If a column cannot be found, or there are no rows.

    Example:

    ```python
    table = Table("films.csv", [(1, ["film", "Review"]), (2, ["Alien", "good"])])
    take_header(table, [Column("text_column", None, ["text", "review"])])
    # ([1], ["film", "Review"])
    ```
    """
    first = [cell.strip() for cell in table.rows[0][1]]
    places = [_place(table, column, first) for column in wanted]
    if has_header is None:
        has_header = any(is_name for _, is_name in places)
    found = [place for place, _ in places]
    rest = [i for i in range(len(first)) if i not in found]
    for i, column in enumerate(wanted):
        if found[i] is None:
            if len(first) != len(wanted):
                raise ValueError(
                    f"{table.path}: name the column by `{column.argument}`. "
                    f"Received: {column.argument}=None, columns={first}"
                )
            found[i] = rest.pop(0)
    columns = _default_names(len(first), dict(zip(found, wanted)))
    if has_header:
        columns = first
        del table.rows[0]
    if not table.rows:
        raise ValueError(f"{table.path}: expected rows. Received: only a header")
    return found, columns


def _place(table, column, first):
    """Returns the number of a column or None, and whether the first row names it."""
    known, given = _known(first, column.names), column.given
    if given is None:
        return known, known is not None
    if given in first:
        return first.index(given), True
    if given.isdecimal() and 1 <= int(given) <= len(first):
        return int(given) - 1, known is not None
    raise ValueError(
        f"{table.path}: `{column.argument}` must be one of the columns {first}, or a "
        f"number from 1. Received: {column.argument}={given}"
    )


def _known(first, names):
    """Returns the column of one of the names, if the first row can be a header."""
    exact = [normalized(cell) for cell in first]
    found = next((exact.index(name) for name in names if name in exact), None)
    if found is not None or len(first) == 1:  # "A fine review" is a text.
        return found
    is_header = all(could_be_name(cell) for cell in first if cell)
    return find_name(first, names) if is_header else None


def _default_names(count, found):
    return [
        found[i].names[0] if i in found else f"column_{i + 1}" for i in range(count)
    ]
