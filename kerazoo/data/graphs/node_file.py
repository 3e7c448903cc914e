"""One table of nodes."""

import dataclasses
import os
import pathlib

import numpy as np
from scipy import sparse

from kerazoo.data import csv_columns
from kerazoo.data.graphs.table_columns import describe_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures

SPLITS = ("train", "validation", "test")
_VALIDATION = {"val": "validation", "valid": "validation", "dev": "validation"}


@dataclasses.dataclass(frozen=True)
class NodeFile:
    """Nodes of a table.

    Args:
        numbers: Id of each node to its number from 0, in order.
        labels: Name of the column of labels and its cells, or None.
        split: Part that each node is in, one of `SPLITS` or `""`, or None.
        features: How the other columns became features.
        encoded: float32 `(N, D)`, an array or a SciPy CSR array.
        notices: Lines of what columns have other names or hold more than numbers.
        table: The cells.
    """

    numbers: dict[str, int]
    labels: tuple[str, list[str]] | None
    split: list[str] | None
    features: TableFeatures
    encoded: np.ndarray | sparse.csr_array
    notices: list[str]
    table: csv_columns.CsvColumns


def read_node_file(
    path: str | os.PathLike,
    target_column: str | None = None,
    features: TableFeatures | None = None,
) -> NodeFile:
    """Reads a table of nodes, see `kerazoo.data.graphs.tables.node_table`.

    Args:
        path: The file.
        target_column: Column of the labels; None for one of a name such as `label`.
        features: How columns become features, as a model that is to be asked about
            the nodes has learnt it; None to find it out.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If its content is not as it should be; the row is named.

    Example:

    ```python
    import pathlib

    pathlib.Path("nodes.csv").write_text("name,age\\nann,30\\nbob,40\\n")
    read_node_file("nodes.csv").numbers  # {"ann": 0, "bob": 1}
    ```
    """
    path = pathlib.Path(path)
    table = csv_columns.read_columns(path)
    found = find_node_columns(path, table.cells, target_column)
    others = dict(table.cells)
    taken = {role: others.pop(name) for role, name in found.items()}
    columns = csv_columns.drop_counts(path, others)
    nodes = _number_nodes(table, found["id"], taken["id"])
    split = _read_split(table, taken.get("split"), taken.get("label"))
    is_new = features is None
    features = features or TableFeatures.fit(columns)
    described = describe_columns(found, ("id", "label"))
    notices = [column_notice(path.name, described, features)]
    encoded = features.encode(columns, path, table.numbers)
    large = features.large_columns(encoded) if is_new else []
    if large:
        notices.append(
            f"{path.name}: numbers of {', '.join(large)} are large, and stay as they "
            "are: a model learns better from standardised ones, of mean 0 and "
            "deviation 1."
        )
    return NodeFile(
        nodes,
        (found["label"], taken["label"]) if "label" in found else None,
        split,
        features,
        encoded,
        [notice for notice in notices if notice],
        table,
    )


def column_notice(file: str, described: str, features: TableFeatures) -> str:
    """Returns what is said of the columns of a file, nothing if that is plain.

    Args:
        file: Name of the file.
        described: What `describe_columns` returned.
        features: How columns became features.
    """
    said = [described] if described else []
    if not features.is_plain:
        said.append(features.describe())
    return f"{file}: {'; '.join(said)}." if said else ""


def as_part(cell: str, place: str) -> str:
    """Returns the part that a cell names, one of `SPLITS` or nothing.

    Args:
        cell: The cell.
        place: Where it is, for errors.

    Raises:
        ValueError: If it names another.

    Example:

    ```python
    as_part("Dev", "nodes.csv, row 2")  # "validation"
    ```
    """
    part = _VALIDATION.get(cell.lower(), cell.lower())
    if part and part not in SPLITS:
        raise ValueError(
            f"{place}: expected {', '.join(SPLITS)} or nothing. "
            f"Received: split={part!r}"
        )
    return part


def _number_nodes(table, column, names):
    nodes = {}
    for i, name in enumerate(names):
        if nodes.setdefault(name, i) != i:
            raise ValueError(
                f"{table.place(i)}: expected an id that no other node has. "
                f"Received: {column}={name!r}"
            )
    return nodes


def _read_split(table, split, labels):
    """Returns the part that each node is in, or None."""
    if split is None:
        return None
    split = [as_part(part, table.place(i)) for i, part in enumerate(split)]
    labels = labels or [""] * len(split)
    for i, (part, label) in enumerate(zip(split, labels)):
        if part and not label:
            raise ValueError(
                f"{table.place(i)}: a node in a split must have a label. "
                f"Received: split={part!r}, label=''"
            )
    return split
