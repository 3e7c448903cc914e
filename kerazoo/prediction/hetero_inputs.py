"""Nodes of a graph of several sets to be asked about: tables in a folder."""

import os
import typing

from kerazoo.data.graphs.hetero_files import find_hetero_files
from kerazoo.data.graphs.hetero_tables import read_hetero_tables
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


def read_hetero_nodes(
    data_dir: str | os.PathLike,
    trained: dict[str, typing.Any],
    target_column: str | None = None,
) -> Inputs:
    """Reads the nodes of one set; items are their numbers, and the graph is shared.

    Args:
        data_dir: Folder of `nodes_<set>.csv` and `edges_<source>_<name>_<target>.csv`,
            with the sets and the columns of training.
        trained: The `inputs` of the export's metadata.
        target_column: Column of what is right; None for one of a name such as label.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be, or there are other sets than
            those of training.
    """
    sets, node_set = trained["sets"], trained["node_set"]
    files = find_hetero_files(data_dir)
    for kind, known, found in (
        ("nodes", sets["node_sets"], files.nodes),
        ("edges", sets["edge_sets"], files.edges),
    ):
        if set(known) != set(found):
            raise ValueError(
                f"{data_dir}: expected files {kind}_*.csv of {', '.join(known)}, as in "
                f"training. Received: {', '.join(found)}"
            )
    columns = {k: TableFeatures.from_json(v) for k, v in trained["columns"].items()}
    tables = read_hetero_tables(
        data_dir, node_set, target_column, columns, labelled=False
    )
    for name, edges in tables.graph.edge_sets.items():
        expected, there = sets["edge_sets"][name]["weights"], edges.weights is not None
        if expected != there:
            raise ValueError(
                f"{files.edges[name]}: expected {'a column of' if expected else 'no'} "
                f"weights, as in training. Received: {'weights' if there else 'none'}"
            )
    file = tables.nodes[node_set]
    cells = file.table.cells
    numbered = zip(file.table.numbers, *cells.values())
    rows = [Row(f"row {number}", row, i) for i, (number, *row) in enumerate(numbered)]
    if file.labels is not None:
        for row, label in zip(rows, file.labels[1]):
            row.label = label or None
    return Inputs(list(cells), rows, len(rows), "nodes", tables)
