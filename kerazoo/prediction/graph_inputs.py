"""Nodes of a graph, and pairs of them, to be asked about: tables in a folder."""

import logging
import os
import pathlib
import typing

from kerazoo.data import csv_columns
from kerazoo.data.graphs.column_names import known_columns
from kerazoo.data.graphs.graph_tables import EDGES
from kerazoo.data.graphs.graph_tables import NODES
from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

PAIRS_FILE = "pairs.csv"
_SOURCES = ("source", "src", "from")
_TARGETS = ("target", "dst", "to")
_LABELS = ("label", "linked", "link", "exists", "y", "class")
_logger = logging.getLogger(__name__)


def read_nodes(
    data_dir: str | os.PathLike,
    trained: dict[str, typing.Any],
    target_column: str | None = None,
) -> Inputs:
    """Reads the nodes of a graph; items are their numbers, and the graph is shared.

    Args:
        data_dir: Folder of `nodes.csv` and `edges.csv`, with the columns of training.
        trained: The `inputs` of the export's metadata.
        target_column: Column of what is right; None for one of a name such as label.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be, or other nodes or columns than
            those of training are needed.
    """
    tables = _read_tables(data_dir, trained, target_column)
    columns = tables.nodes.cells
    numbered = zip(tables.nodes.numbers, *columns.values())
    rows = [
        Row(f"row {number}", cells, i) for i, (number, *cells) in enumerate(numbered)
    ]
    if tables.labels is not None:
        for row, label in zip(rows, tables.labels[1]):
            row.label = label or None
    return Inputs(list(columns), rows, len(rows), "nodes", tables)


def read_pairs(data_dir: str | os.PathLike, trained: dict[str, typing.Any]) -> Inputs:
    """Reads pairs of nodes; items are pairs of their numbers, and the graph is shared.

    Args:
        data_dir: Folder of `nodes.csv`, `edges.csv` and `pairs.csv`; the last has
            columns `source` and `target`, and where it is known a `label`, 1 for pairs
            that are linked.
        trained: The `inputs` of the export's metadata.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be, or other nodes or columns than
            those of training are needed.
    """
    tables = _read_tables(data_dir, trained)
    path = pathlib.Path(data_dir, PAIRS_FILE)
    table = csv_columns.read_columns(path)
    columns = table.cells
    source, target = (_column(path, columns, names) for names in (_SOURCES, _TARGETS))
    label = next(iter(known_columns(columns, _LABELS)), None)
    numbers = {name: i for i, name in enumerate(tables.node_names)}
    rows = []
    for i, (number, *cells) in enumerate(zip(table.numbers, *columns.values())):
        row = Row(f"row {number}", cells)
        ends = [columns[name][i] for name in (source, target)]
        unknown = next((end for end in ends if end not in numbers), None)
        if unknown is None:
            row.item = [numbers[end] for end in ends]
        else:
            row.problem = f"{unknown!r}, which is no id of nodes.csv"
        if label is not None:
            row.label = columns[label][i] or None
        rows.append(row)
    return Inputs(list(columns), rows, len(rows), "pairs", tables)


def _read_tables(data_dir, trained, target_column=None):
    folder = pathlib.Path(data_dir)
    node_columns, known = trained["node_columns"], trained["node_names"]
    tables = read_graph_tables(
        folder,
        trained["directed"],
        target_column,
        # Of Cora and its kin only the number of features is known.
        TableFeatures.from_json(node_columns) if node_columns or known else None,
        TableFeatures.from_json(trained["edge_columns"]),
    )
    for notice in tables.notices:
        _logger.info("%s", notice)
    if known is not None and tables.node_names != known:
        raise ValueError(
            f"{folder / NODES}: the model has learnt from the nodes themselves, "
            f"as they had no features: expected its {len(known)} nodes, in their "
            f"order. Received: {len(tables.node_names)} nodes, the first "
            f"{tables.node_names[0]!r}"
        )
    _check_weights(folder, trained, tables)
    return tables


def _check_weights(folder, trained, tables):
    path = folder / EDGES
    has_weights = tables.graph.edge_weights is not None
    if has_weights != trained["edge_weights"]:
        needed = "a column of weights" if trained["edge_weights"] else "no weights"
        raise ValueError(
            f"{path}: expected {needed}, as in training. "
            f"Received: {'weights' if has_weights else 'none'}"
        )


def _column(path, columns, names):
    found = known_columns(columns, names)
    if not found:
        raise ValueError(
            f"{path}: expected a column {names[0]!r}. Received: columns={list(columns)}"
        )
    return found[0]
