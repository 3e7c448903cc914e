"""A graph of several sets of nodes and edges, in a table each."""

import dataclasses
import logging
import os
import pathlib
from collections.abc import Mapping

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.edge_file import read_edge_file
from kerazoo.data.graphs.hetero_files import HeteroFiles
from kerazoo.data.graphs.hetero_files import find_hetero_files
from kerazoo.data.graphs.hetero_graph import EdgeSet
from kerazoo.data.graphs.hetero_graph import HeteroGraph
from kerazoo.data.graphs.hetero_graph import HeteroNodeDataset
from kerazoo.data.graphs.node_file import NodeFile
from kerazoo.data.graphs.node_file import read_node_file
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.data.graphs.tables import split_nodes

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class HeteroTables:
    """A graph of several tables, and what else they hold.

    Args:
        graph: The graph.
        node_set: Set of nodes with labels.
        nodes: Name of each set of nodes to its `NodeFile`.
        columns: Name of each file to how its columns became features.
    """

    graph: HeteroGraph
    node_set: str
    nodes: dict[str, NodeFile]
    columns: dict[str, TableFeatures]

    @property
    def labels(self) -> tuple[str, list[str]] | None:
        """Name of the column of labels and its cells, or None."""
        return self.nodes[self.node_set].labels

    @property
    def split(self) -> list[str] | None:
        """Part that each node with labels is in, or None."""
        return self.nodes[self.node_set].split


def read_hetero_tables(
    data_dir: str | os.PathLike,
    node_set: str | None = None,
    target_column: str | None = None,
    columns: Mapping[str, TableFeatures] | None = None,
    labelled: bool = True,
) -> HeteroTables:
    """Reads `nodes_<set>.csv` and `edges_<source>_<name>_<target>.csv`.

    Columns are those of `kerazoo.data.graphs.tables.node_table`. Nodes of a set without
    features have none. What is taken is said through `logging`.

    Args:
        data_dir: Folder of the files.
        node_set: Set of nodes with labels; None for the only one that has some.
        target_column: Column of the labels in that set's table.
        columns: Name of each file to how its columns become features, as a model that
            is to be asked about the graph has learnt it; None to find it out.
        labelled: Whether there must be labels; without, `node_set` must be given.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be, or it is not clear which nodes
            have labels.
    """
    files = find_hetero_files(data_dir)
    if labelled or node_set is None:
        node_set = choose_node_set(data_dir, files, node_set, target_column)
    known = columns or {}
    nodes = {
        name: read_node_file(
            path, target_column if name == node_set else None, known.get(path.name)
        )
        for name, path in files.nodes.items()
    }
    edges, found = {}, {files.nodes[k].name: v.features for k, v in nodes.items()}
    notices = [notice for file in nodes.values() for notice in file.notices]
    for name, path in files.edges.items():
        source, target = files.ends[name]
        file = read_edge_file(
            path,
            nodes[source].numbers,
            nodes[target].numbers,
            known.get(path.name),
            (files.nodes[source].name, files.nodes[target].name),
        )
        edges[name] = EdgeSet(
            source, target, file.source, file.target, file.weights, file.encoded
        )
        found[path.name] = file.features
        notices.append(file.notice)
    for notice in filter(None, notices):
        _logger.info("%s", notice)
    features = {name: file.encoded for name, file in nodes.items()}
    return HeteroTables(HeteroGraph(features, edges), node_set, nodes, found)


def hetero_node_tables(
    data_dir: str | os.PathLike,
    seed: int = 0,
    node_set: str | None = None,
    target_column: str | None = None,
) -> HeteroNodeDataset:
    """Reads a graph of several sets, with the classes of the nodes of one.

    Args:
        data_dir, node_set, target_column: See `read_hetero_tables`.
        seed: Of the split, 60 : 20 : 20, of a table without a column `split`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is not as it should be, or it is not clear which nodes
            have labels.

    Example:

    ```python
    import pathlib

    people = "".join(f"p{i},{'ab'[i % 2]}\\n" for i in range(8))
    pathlib.Path("nodes_person.csv").write_text("id,label\\n" + people)
    pathlib.Path("nodes_town.csv").write_text("id\\nrome\\noslo\\n")
    pathlib.Path("edges_person_in_town.csv").write_text("source,target\\np0,rome\\n")
    hetero_node_tables(".").class_names  # ["a", "b"]
    ```
    """
    tables = read_hetero_tables(data_dir, node_set, target_column)
    file = tables.nodes[tables.node_set]
    count = len(file.numbers)
    column, cells = file.labels or ("label", [""] * count)
    labels, class_names = class_indices.class_indices(cells)
    train, validation, test = split_nodes(
        file.table.path, file.split, column, labels, seed
    )
    dataset = HeteroNodeDataset(
        pathlib.Path(data_dir).resolve().name,
        tables.graph,
        tables.node_set,
        labels,
        class_names,
        train,
        validation,
        test,
        {name: list(nodes.numbers) for name, nodes in tables.nodes.items()},
        {name: features.to_json() for name, features in tables.columns.items()},
    )
    dataset.validate()
    return dataset


def check_hetero_tables(
    data_dir: str | os.PathLike,
    node_set: str | None = None,
    target_column: str | None = None,
) -> None:
    """Refuses tables whose names or first rows tell that they cannot be read.

    Args:
        data_dir, node_set, target_column: See `read_hetero_tables`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is no table, columns cannot be found, or it is not clear
            which nodes have labels.
    """
    files = find_hetero_files(data_dir)
    choose_node_set(data_dir, files, node_set, target_column)
    for path in files.edges.values():
        edges = csv_columns.read_columns(path, first_rows=_FIRST_ROWS)
        find_edge_columns(path, edges.cells)


_FIRST_ROWS = 100


def choose_node_set(
    data_dir: str | os.PathLike,
    files: HeteroFiles,
    node_set: str | None,
    target_column: str | None,
) -> str:
    """Returns the set of nodes with labels, as the first rows of the tables tell.

    Args:
        data_dir: Folder of the files, for errors.
        files: The tables.
        node_set, target_column: See `read_hetero_tables`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If it is not clear which nodes have labels, or none have.
    """
    if node_set is not None and node_set not in files.nodes:
        raise ValueError(
            f"`node_set` must be one of {', '.join(files.nodes)}, the sets of "
            f"{data_dir}. Received: node_set={node_set}"
        )
    labelled = [
        name
        for name, path in files.nodes.items()
        if _has_labels(path, target_column, is_meant=name == node_set)
        and node_set in (None, name)
    ]
    if node_set is not None and labelled:
        return node_set
    if node_set is not None or not labelled:
        where = (
            files.nodes[node_set] if node_set else f"a file nodes_*.csv of {data_dir}"
        )
        raise ValueError(
            f"{where} must have a column label, or one named by `target_column`. "
            f"Received: target_column={target_column}"
        )
    if len(labelled) > 1:
        raise ValueError(
            f"`node_set` must say which nodes are classified, one of "
            f"{', '.join(labelled)}, which all have labels. Received: node_set=None"
        )
    return labelled[0]


def _has_labels(path, target_column, is_meant):
    cells = csv_columns.read_columns(path, first_rows=_FIRST_ROWS).cells
    if target_column is not None and not is_meant:
        return target_column in cells
    return "label" in find_node_columns(path, cells, target_column)
