"""Interactions in a table: a user, an item and perhaps a time in each row."""

import dataclasses
import datetime
import logging
import os

import numpy as np

from kerazoo.data.csv_columns import number_of
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column
from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interaction_splits import hold_out
from kerazoo.data.graphs.interaction_splits import leave_last_out
from kerazoo.data.graphs.interactions import Interactions
from kerazoo.data.table_file import Table
from kerazoo.data.table_file import read_table

# What a column may be called, normalised.
KNOWN_COLUMNS = {
    "user": ("user", "user_id", "userid", "uid", "customer", "customer_id"),
    "item": (
        *("item", "item_id", "itemid", "iid", "movie", "movie_id", "movieid"),
        *("product", "product_id", "productid", "article", "article_id", "business_id"),
        *("book_id", "track_id", "song_id", "asin"),
    ),
    "time": ("time", "timestamp", "date", "datetime", "ts", "unix_time"),
}
# Of tables without a header, by their width; the third of four is a rating.
_WITHOUT_HEADER = {2: (0, 1, None), 3: (0, 1, 2), 4: (0, 1, 3)}
_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class InteractionColumns:
    """Columns of a table of interactions, by their names or their numbers from 1.

    Args:
        user_column: Column of the users; None for one of a name such as `user_id`.
        item_column: Column of the items; None for one of a name such as `item_id`.
        time_column: Column of times; None for one of a name such as `timestamp`, or no
            times where there is none.
    """

    user_column: str | None = None
    item_column: str | None = None
    time_column: str | None = None


def interaction_table(
    path: str | os.PathLike,
    columns: InteractionColumns | None = None,
    test_share: float = 0.2,
    validation_share: float = 0.1,
    seed: int = 0,
) -> InteractionDataset:
    """Reads a table of interactions and splits them.

    Without a header, the columns are user and item; of three, the last is a time; of
    four, user, item, rating and time. With times, the last item of each user is the
    test and the one before is to choose by; without, shares of each user's items,
    drawn at random.

    Args:
        path: File with a row for each interaction; see
            `kerazoo.data.table_file.read_table` for its forms.
        columns: Which columns are meant.
        test_share: Share of each user's items to test, without times.
        validation_share: Share of the others to choose by, without times.
        seed: Of the split.

    Returns:
        `InteractionDataset`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is not as it should be; the file and the row are named.

    Example:

    ```python
    import pathlib

    rows = "user,item\\nann,tea\\nann,jam\\nann,ham\\nbob,tea\\n"
    pathlib.Path("taken.csv").write_text(rows)
    interaction_table("taken.csv", test_share=0.4).user_names  # ["ann", "bob"]
    ```
    """
    table, found, notice = _find_columns(
        read_table(path), columns or InteractionColumns()
    )
    cells = {role: [row[c] for row in table.rows] for role, c in found.items()}
    for role in ("user", "item"):
        if "" in cells[role]:
            row = table.numbers[cells[role].index("")]
            raise ValueError(f"{path}, row {row}: expected a {role}. Received: ''")
    names = {role: list(dict.fromkeys(cells[role])) for role in ("user", "item")}
    users, items = (_numbers(cells[role], names[role]) for role in ("user", "item"))
    if "time" in cells:
        times = _times(table, cells["time"])
        parts = leave_last_out(users, items, times, len(names["user"]))
    else:
        taken = Interactions.from_pairs(users, items, len(names["user"]))
        train, test = hold_out(taken, test_share, seed)
        parts = *hold_out(train, validation_share, seed + 1), test
    _logger.info("%s", notice)
    name = os.path.basename(path).removesuffix(".gz").rpartition(".")[0]
    return InteractionDataset(name, names["user"], names["item"], *parts)


def check_interaction_table(
    path: str | os.PathLike, columns: InteractionColumns | None = None
) -> bool:
    """Refuses a table whose first rows tell that it cannot be read.

    Returns:
        Whether it has times.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is no table, or columns cannot be found.
    """
    _, found, _ = _find_columns(
        read_table(path, first_rows=100), columns or InteractionColumns()
    )
    return "time" in found


def _find_columns(
    table: Table, columns: InteractionColumns
) -> tuple[Table, dict[str, int], str]:
    """Returns the rows below the header, the number of each role's column, a notice."""
    header = table.rows[0]
    known = {
        role: known_columns(header, names) for role, names in KNOWN_COLUMNS.items()
    }
    given = {role: getattr(columns, f"{role}_column") for role in KNOWN_COLUMNS}
    is_named = any(name and not name.isdecimal() for name in given.values())
    has_header = is_named or any(known.values())
    if not has_header and not (given["user"] and given["item"]):
        if table.width not in _WITHOUT_HEADER:
            raise ValueError(
                f"{table.path}: expected a header with columns such as user and item, "
                "or `user_column` and `item_column`. "
                f"Received: {table.width} columns, the first row {header}"
            )
        places = dict(zip(KNOWN_COLUMNS, _WITHOUT_HEADER[table.width]))
        names = [str(i + 1) for i in range(table.width)]
    else:
        names = header if has_header else [str(i + 1) for i in range(table.width)]
        places = {r: names.index(k[0]) if k else None for r, k in known.items()}
    for role, name in given.items():
        if name:
            column = named_column(table.path, names, name, f"{role}_column")
            places[role] = names.index(column)
    found = {role: place for role, place in places.items() if place is not None}
    _complete(table, names, found)
    table = table.below(has_header)
    if not table.rows:
        raise ValueError(f"{table.path}: expected rows. Received: only a header")
    described = (f"{role} in column {names[c]}" for role, c in found.items())
    return table, found, f"{table.path}: {', '.join(described)}."


def _complete(table, names, found):
    """Takes the only other column, where a role has none."""
    for role in ("user", "item"):
        if role in found:
            continue
        others = [i for i in range(table.width) if i not in found.values()]
        if len(others) != 1:
            raise ValueError(
                f"{table.path}: expected a column {role}, or `{role}_column`. "
                f"Received: columns={names}"
            )
        found[role] = others[0]
    if len(set(found.values())) < len(found):
        raise ValueError(
            f"{table.path}: users, items and times must be different columns. "
            f"Received: { ({role: names[c] for role, c in found.items()}) }"
        )


def _numbers(cells, names):
    number = {name: i for i, name in enumerate(names)}
    return np.fromiter((number[cell] for cell in cells), np.int64, len(cells))


def _times(table, cells):
    numbers = np.array([number_of(cell) for cell in cells])
    are_numbers = np.isfinite(numbers)
    if are_numbers.all():
        return numbers
    if are_numbers.mean() > 0.5:  # Numbers, and a cell that is none.
        raise _no_time(table, cells, int(np.argmin(are_numbers)))
    times = []
    for i, cell in enumerate(cells):
        try:
            time = datetime.datetime.fromisoformat(cell)
        except ValueError:
            raise _no_time(table, cells, i) from None
        if time.tzinfo is None:
            time = time.replace(tzinfo=datetime.UTC)
        times.append(time.timestamp())
    return np.array(times)


def _no_time(table, cells, i):
    return ValueError(
        f"{table.path}, row {table.numbers[i]}: expected a time, in all rows a number "
        f"or in all as 2024-05-31 18:30. Received: {cells[i]!r}"
    )
