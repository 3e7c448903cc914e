"""Names that a column has in the tables of most people."""

import re
from collections.abc import Iterable
from collections.abc import Sequence


def normalized(name: str) -> str:
    """Returns a name in lower case, with _ between its words.

    Example:

    ```python
    normalized("Canonical SMILES")  # "canonical_smiles"
    ```
    """
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def known_columns(columns: Iterable[str], names: Sequence[str]) -> list[str]:
    """Returns the columns that have one of some names, in the order of the names.

    Args:
        columns: Names of the columns of a table.
        names: Names as `normalized` returns them, the best first.

    Example:

    ```python
    known_columns(["Name", "node_id", "x"], ["id", "node_id", "name"])
    # ["node_id", "Name"]
    ```
    """
    known = [column for column in columns if normalized(column) in names]
    # An exact name comes before one that only looks alike.
    return sorted(known, key=lambda c: (names.index(normalized(c)), c not in names))


def named_column(path: object, columns: Sequence[str], name: str, argument: str) -> str:
    """Returns the column of a name, or of a number from 1.

    Args:
        path: Path of the table, for errors.
        columns: Names of its columns.
        name: Name or number.
        argument: What errors call it, such as `"target_column"`.

    Raises:
        ValueError: If there is none.

    Example:

    ```python
    named_column("own.csv", ["mol", "logS"], "2", "target_column")  # "logS"
    ```
    """
    if name in columns:
        return name
    alike = [c for c in columns if normalized(c) == normalized(name)]
    if len(alike) == 1:
        return alike[0]
    if name.isdecimal() and 1 <= int(name) <= len(columns):
        return columns[int(name) - 1]
    raise ValueError(
        f"{path}: expected a column {name!r}, named by `{argument}`; there are "
        f"{', '.join(map(repr, columns))}. Received: {argument}={name!r}"
    )


def named_columns(
    path: object, columns: Sequence[str], names: str, argument: str
) -> list[str]:
    """Returns the columns of names, or of numbers from 1, with commas between them.

    Args:
        path: Path of the table, for errors.
        columns: Names of its columns.
        names: Names or numbers.
        argument: What errors call them, such as `"target_column"`.

    Raises:
        ValueError: If there is none of a name, or one is named twice.

    Example:

    ```python
    named_columns("own.csv", ["mol", "logS", "logP"], "logP,2", "target_column")
    # ["logP", "logS"]
    ```
    """
    if names in columns:
        return [names]
    found = [
        named_column(path, columns, name.strip(), argument) for name in names.split(",")
    ]
    for name in found:
        if found.count(name) > 1:
            raise ValueError(
                f"{path}: `{argument}` must name columns once. "
                f"Received: {argument}={names}, {name} twice"
            )
    return found
