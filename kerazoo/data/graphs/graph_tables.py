"""A graph in two tables: nodes.csv and edges.csv, whatever their columns are called."""

import dataclasses
import os
import pathlib
import typing

import numpy as np
from scipy import sparse

from kerazoo.data import csv_columns
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.edge_file import read_edge_file
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_file import read_node_file
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures

NODES, EDGES = "nodes.csv", "edges.csv"
MAX_ONE_HOT_NODES = 5_000


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
    nodes = read_node_file(folder / NODES, target_column, node_features)
    edges = read_edge_file(folder / EDGES, nodes.numbers, nodes.numbers, edge_features)
    source: typing.Any = edges.source
    target: typing.Any = edges.target
    rows: np.ndarray | slice = slice(None)
    if not directed:
        source, target, rows = both_directions(source, target)
    weights, features = (
        None if values is None else values[rows]
        for values in (edges.weights, edges.encoded)
    )
    return GraphTables(
        Graph(_node_features(nodes), source, target, features, weights),
        node_names=list(nodes.numbers),
        labels=nodes.labels,
        split=nodes.split,
        node_features=nodes.features,
        edge_features=edges.features,
        notices=[*nodes.notices, *([edges.notice] if edges.notice else [])],
        nodes=nodes.table,
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


def _node_features(nodes):
    """Returns the features of the columns, or without any one for each node."""
    if nodes.features.size:
        return nodes.encoded
    num_nodes = len(nodes.numbers)
    if num_nodes > MAX_ONE_HOT_NODES:
        raise ValueError(
            f"{nodes.table.path}: more than {MAX_ONE_HOT_NODES} nodes need feature "
            f"columns, as their degree. Received: {num_nodes} nodes without features"
        )
    return sparse.eye_array(num_nodes, dtype=np.float32, format="csr")
