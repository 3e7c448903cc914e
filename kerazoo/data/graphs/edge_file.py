"""One table of edges."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping

import numpy as np

from kerazoo.data import csv_columns
from kerazoo.data.graphs.node_file import column_notice
from kerazoo.data.graphs.table_columns import describe_columns
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_features import TableFeatures

EDGE_BUCKETS = 64  # There are many edges, and their features are dense.


@dataclasses.dataclass(frozen=True)
class EdgeFile:
    """Edges of a table.

    Args:
        source, target: int32 `(E,)`, numbers of the nodes that they leave and enter.
        weights: float32 `(E,)`, or None.
        features: How the other columns became features.
        encoded: float32 `(E, De)`, or None for no features.
        notice: What columns have other names or hold more than numbers, or nothing.
    """

    source: np.ndarray
    target: np.ndarray
    weights: np.ndarray | None
    features: TableFeatures
    encoded: np.ndarray | None
    notice: str


def read_edge_file(
    path: str | os.PathLike,
    sources: Mapping[str, int],
    targets: Mapping[str, int],
    features: TableFeatures | None = None,
    files: tuple[str, str] = ("nodes.csv", "nodes.csv"),
) -> EdgeFile:
    """Reads a table of edges, see `kerazoo.data.graphs.tables.node_table`.

    Args:
        path: The file.
        sources, targets: Id to number of the nodes that edges may leave and enter.
        features: How columns become features; None to find it out.
        files: Names of the tables of these nodes, for errors.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If its content is not as it should be; the row is named.

    Example:

    ```python
    import pathlib

    pathlib.Path("edges.csv").write_text("from,to\\nann,bob\\n")
    nodes = {"ann": 0, "bob": 1}
    read_edge_file("edges.csv", nodes, nodes).target  # [1]
    ```
    """
    path = pathlib.Path(path)
    table = csv_columns.read_columns(path)
    found = find_edge_columns(path, table.cells)
    taken = {role: table.cells.pop(name) for role, name in found.items()}
    columns = csv_columns.drop_counts(path, table.cells)
    source, target = (
        _read_ends(table, found[end], taken[end], nodes, file)
        for end, nodes, file in zip(("source", "target"), (sources, targets), files)
    )
    weights = encoded = None
    if "weight" in taken:
        cells = {found["weight"]: taken["weight"]}
        weights = csv_columns.read_numbers(path, cells, table.numbers)[:, 0]
    features = features or TableFeatures.fit(columns, EDGE_BUCKETS)
    if features.size:
        made = features.encode(columns, path, table.numbers)
        encoded = made if isinstance(made, np.ndarray) else made.toarray()
    described = describe_columns(found, ("source", "target", "weight"))
    notice = column_notice(path.name, described, features)
    return EdgeFile(source, target, weights, features, encoded, notice)


def _read_ends(table, column, names, nodes, file):
    for i, name in enumerate(names):
        if name not in nodes:
            raise ValueError(
                f"{table.place(i)}: expected the id of a node in {file}. "
                f"Received: {name!r} in column {column}"
            )
    return np.array([nodes[name] for name in names], np.int32)
