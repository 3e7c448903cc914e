"""Which columns of the tables of a graph are what."""

import os
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from kerazoo.data.csv_columns import is_unnamed
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.column_names import named_column

_IDS = ("id", "node_id", "nodeid", "node", "name")
_LABELS = ("label", "labels", "class", "category", "target", "y")
_SOURCES = ("source", "src", "from", "u", "source_id", "node1", "node_1", "head")
_TARGETS = ("target", "dst", "to", "v", "target_id", "node2", "node_2", "tail")


def find_node_columns(
    path: str | os.PathLike,
    columns: Mapping[str, Sequence[str]],
    target_column: str | None = None,
) -> dict[str, str]:
    """Finds the ids, labels and splits of nodes.

    Args:
        path: Path of the table, for errors.
        columns: Name to cells.
        target_column: Column of the labels, by name or number; None for one that is
            called `label`, or one of a name such as `class` that holds few words or
            whole numbers.

    Returns:
        dict of `"id"`, and where they are there `"label"` and `"split"`, to the name of
        the column.

    Raises:
        ValueError: If there is no column of ids, or none of the name that is given.

    Example:

    ```python
    find_node_columns("nodes.csv", {"name": ["a", "b"], "age": ["1", "2"]})
    # {"id": "name"}
    ```
    """
    ids = known_columns(columns, _IDS) or list(filter(is_unnamed, columns))
    if not ids:
        raise _no_header(path, columns, "id, or node_id, node, name")
    found = {"id": ids[0]}
    if target_column is not None:
        name = named_column(path, list(columns), target_column, "target_column")
        found["label"] = name
    else:
        for name in known_columns(columns, _LABELS):
            if name == "label" or _are_classes(columns[name]):
                found["label"] = name
                break
    if found.get("label") == found["id"]:
        raise ValueError(
            f"{path}: the ids of the nodes are no classes. "
            f"Received: target_column={found['id']!r}"
        )
    if splits := known_columns(columns, ("split",)):
        found["split"] = splits[0]
    return found


def find_edge_columns(
    path: str | os.PathLike, columns: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Finds the ends and the weights of edges.

    Args:
        path: Path of the table, for errors.
        columns: Name to cells.

    Returns:
        dict of `"source"`, `"target"` and, where it is there, `"weight"` to the name of
        the column.

    Raises:
        ValueError: If there are no columns of both ends.

    Example:

    ```python
    find_edge_columns("edges.csv", {"from": ["a"], "to": ["b"]})
    # {"source": "from", "target": "to"}
    ```
    """
    sources = known_columns(columns, _SOURCES)
    targets = known_columns(columns, _TARGETS)
    if not (sources and targets):
        names = "source and target, or src and dst, from and to, u and v"
        raise _no_header(path, columns, names)
    found = {"source": sources[0], "target": targets[0]}
    if weights := known_columns(columns, ("weight", "weights")):
        found["weight"] = weights[0]
    return found


def describe_columns(found: Mapping[str, str], roles: Iterable[str]) -> str:
    """Says which columns were taken under another name, nothing if none was.

    Args:
        found: Role to the name of the column.
        roles: The roles to say something of.

    Example:

    ```python
    describe_columns({"id": "name", "label": "label"}, ["id", "label"])
    # "name is the id"
    ```
    """
    taken = [(found[role], role) for role in roles if role in found]
    return ", ".join(
        f"{name or 'the column without a name'} is the {role}"
        for name, role in taken
        if name != role
    )


def _no_header(path, columns, names):
    first = [cells[0] if cells else "" for cells in columns.values()]
    return ValueError(
        f"{path}: expected a column {names}, in a first row of names. Received: first "
        f"row={list(columns)}, second row={first}"
    )


def _are_classes(cells):
    """Returns whether cells are few words or whole numbers, as those of classes."""
    filled = [cell for cell in cells if cell]
    if not filled or 2 * len(set(filled)) > len(filled):
        return False
    try:
        return all(float(cell).is_integer() for cell in set(filled))
    except ValueError:
        return True
