"""A graph in two tables: nodes.csv and edges.csv, whatever their columns are called."""

import dataclasses
import os
import pathlib

import numpy as np
from scipy import sparse

from kerazoo.data import csv_columns
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.table_columns import describe_columns
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures

NODES, EDGES = "nodes.csv", "edges.csv"
SPLITS = ("train", "validation", "test")
MAX_ONE_HOT_NODES = 5_000
_VALIDATION = {"val": "validation", "valid": "validation", "dev": "validation"}


@dataclasses.dataclass(frozen=True)
class GraphTables:
    """A graph of two tables, and what else they hold.

    Args:
        graph: The graph.
        node_names: Ids of the nodes, in order.
        labels: Name of the column of labels and its cells, or None.
        split: Part that each node is in, one of `SPLITS` or `""`, or None.
        node_features, edge_features: How the other columns became features.
        notices: A line for each file whose columns have other names or hold more than
            numbers.
        nodes: The cells of the nodes' table.
    """

    graph: Graph
    node_names: list[str]
    labels: tuple[str, list[str]] | None
    split: list[str] | None
    node_features: TableFeatures
    edge_features: TableFeatures
    notices: list[str]
    nodes: csv_columns.CsvColumns


def read_graph_tables(
    data_dir: str | os.PathLike,
    directed: bool = False,
    target_column: str | None = None,
    node_features: TableFeatures | None = None,
    edge_features: TableFeatures | None = None,
) -> GraphTables:
    """Reads `nodes.csv` and `edges.csv`, see `kerazoo.data.graphs.tables.node_table`.

    Args:
        data_dir: Folder of both files.
        directed: Whether edges have a direction.
        target_column: Column of the labels; None for one of a name such as `label`.
        node_features, edge_features: How columns become features, as a model that is to
            be asked about the graph has learnt it; None to find it out.

    Returns:
        `GraphTables`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If the content of a file is not as it should be; the file and the
            row are named.

    Example:

    ```python
    import pathlib

    pathlib.Path("nodes.csv").write_text("name,team\\nann,red\\nbob,red\\ncy,blue\\n")
    pathlib.Path("edges.csv").write_text("from,to\\nann,bob\\nbob,cy\\n")
    read_graph_tables(".").graph.num_edges  # 4
    ```
    """
    folder = pathlib.Path(data_dir)
    path = folder / NODES
    table = csv_columns.read_columns(path)
    found = find_node_columns(path, table.cells, target_column)
    others = dict(table.cells)
    taken = {role: others.pop(name) for role, name in found.items()}
    columns = csv_columns.drop_counts(path, others)
    nodes = _number_nodes(table, found["id"], taken["id"])
    split = _read_split(table, taken.get("split"), taken.get("label"))
    is_new = node_features is None
    node_features = node_features or TableFeatures.fit(columns)
    notices = [_notice(NODES, describe_columns(found, ("id", "label")), node_features)]
    encoded = _node_features(table, columns, node_features)
    if is_new and node_features.size:
        large = node_features.large_columns(encoded)
        notices.append(_advice(large) if large else "")
    edges, edge_features, notice = _read_edges(
        folder / EDGES, nodes, directed, edge_features
    )
    return GraphTables(
        Graph(encoded, **edges),
        node_names=taken["id"],
        labels=(found["label"], taken["label"]) if "label" in found else None,
        split=split,
        node_features=node_features,
        edge_features=edge_features,
        notices=[said for said in (*notices, notice) if said],
        nodes=table,
    )


def check_graph_tables(
    data_dir: str | os.PathLike, target_column: str | None = None
) -> None:
    """Refuses tables whose first rows tell that they cannot be read.

    Args:
        data_dir: Folder of both files.
        target_column: See `read_graph_tables`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is no table, or columns cannot be found.
    """
    folder = pathlib.Path(data_dir)
    nodes = csv_columns.read_columns(folder / NODES, first_rows=100)
    find_node_columns(nodes.path, nodes.cells, target_column)
    edges = csv_columns.read_columns(folder / EDGES, first_rows=100)
    find_edge_columns(edges.path, edges.cells)


def _notice(file, taken, features):
    said = [taken] if taken else []
    if not features.is_plain:
        said.append(features.describe())
    return f"{file}: {'; '.join(said)}." if said else ""


def _advice(large):
    return (
        f"{NODES}: numbers of {', '.join(large)} are large, and stay as they are: a "
        "model learns better from standardised ones, of mean 0 and deviation 1."
    )


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
    split = [_VALIDATION.get(part.lower(), part.lower()) for part in split]
    labels = labels or [""] * len(split)
    for i, (part, label) in enumerate(zip(split, labels)):
        if part and part not in SPLITS:
            raise ValueError(
                f"{table.place(i)}: expected {', '.join(SPLITS)} or nothing. "
                f"Received: split={part!r}"
            )
        if part and not label:
            raise ValueError(
                f"{table.place(i)}: a node in a split must have a label. "
                f"Received: split={part!r}, label=''"
            )
    return split


def _node_features(table, columns, features):
    num_nodes = len(table.numbers)
    if features.size:
        return features.encode(columns, table.path, table.numbers)
    if num_nodes > MAX_ONE_HOT_NODES:
        raise ValueError(
            f"{table.path}: more than {MAX_ONE_HOT_NODES} nodes need numeric feature "
            f"columns, as their degree. Received: {num_nodes} nodes without features"
        )
    return sparse.eye_array(num_nodes, dtype=np.float32, format="csr")


def _read_edges(path, nodes, directed, features):
    """Returns arguments of a `Graph`, the features of the edges, and a notice."""
    table = csv_columns.read_columns(path)
    found = find_edge_columns(path, table.cells)
    taken = {role: table.cells.pop(name) for role, name in found.items()}
    columns = csv_columns.drop_counts(path, table.cells)
    source, target = (
        _read_ends(table, found[end], taken[end], nodes) for end in ("source", "target")
    )
    rows = slice(None)
    if not directed:
        source, target, rows = both_directions(source, target)
    edges = {"source": source, "target": target}
    if "weight" in taken:
        weights = csv_columns.read_numbers(
            path, {found["weight"]: taken["weight"]}, table.numbers
        )
        edges["edge_weights"] = weights[rows, 0]
    features = features or TableFeatures.fit(columns)
    if features.size:
        edges["edge_features"] = features.encode(columns, path, table.numbers)[rows]
    described = describe_columns(found, ("source", "target", "weight"))
    return edges, features, _notice(EDGES, described, features)


def _read_ends(table, column, names, nodes):
    for i, name in enumerate(names):
        if name not in nodes:
            raise ValueError(
                f"{table.place(i)}: expected the id of a node in nodes.csv. "
                f"Received: {name!r} in column {column}"
            )
    return np.array([nodes[name] for name in names], np.int32)
