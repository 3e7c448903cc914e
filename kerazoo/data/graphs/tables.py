"""Own graphs from two CSV files."""

import os
import pathlib

import numpy as np
from scipy import sparse

from kerazoo.data import class_indices
from kerazoo.data import csv_columns
from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.splits import random_split

SPLITS = ("train", "validation", "test")
MAX_ONE_HOT_NODES = 5_000


def node_table(
    data_dir: str | os.PathLike, directed: bool = False, seed: int = 0
) -> NodeDataset:
    """Reads a graph from `nodes.csv` and `edges.csv`.

    `nodes.csv` has a column `id`, optionally `label` (any text, empty where unknown)
    and `split` (`train`, `validation`, `test` or empty); all other columns are numeric
    features. Without features every node gets a one-hot vector of its own. Without
    `split` the nodes with a label are split at random, 60 : 20 : 20.

    `edges.csv` has columns `source` and `target` with ids of nodes, optionally
    `weight`; all other columns are numeric features of the edges.

    Args:
        data_dir: Folder of both files.
        directed: Whether edges have a direction. If not, every edge also gets
            its reverse, with the same weight and features, and an edge that is
            repeated counts once.
        seed: Of the random split.

    Returns:
        `NodeDataset`; without labels its splits are empty.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file's content is not as above; the file and the row are
            named, the header being row 1.
    """
    folder = pathlib.Path(data_dir)
    path = folder / "nodes.csv"
    columns = csv_columns.read_columns(path, required=("id",))
    node_names = columns.pop("id")
    nodes = _number_nodes(path, node_names)
    labels, class_names = class_indices.class_indices(
        columns.pop("label", [""] * len(nodes))
    )
    split = columns.pop("split", None)
    if split is None:
        labelled = np.flatnonzero(labels >= 0)
        parts = random_split(len(labelled), (0.6, 0.2, 0.2), seed)
        train, validation, test = (labelled[part] for part in parts)
    else:
        train, validation, test = _read_splits(path, split, labels)
    dataset = NodeDataset(
        folder.resolve().name,
        Graph(
            _node_features(path, columns, len(nodes)),
            **_read_edges(folder / "edges.csv", nodes, directed),
        ),
        labels,
        len(class_names),
        train,
        validation,
        test,
        class_names,
        node_names,
    )
    dataset.validate()
    return dataset


def _number_nodes(path, names):
    nodes = {}
    for row, name in enumerate(names, csv_columns.FIRST_ROW):
        if nodes.setdefault(name, len(nodes)) != row - csv_columns.FIRST_ROW:
            raise ValueError(
                f"{path}, row {row}: expected an id that no other node has. "
                f"Received: id={name!r}"
            )
    return nodes


def _node_features(path, columns, num_nodes):
    if columns:
        return csv_columns.read_numbers(path, columns)
    if num_nodes > MAX_ONE_HOT_NODES:
        raise ValueError(
            f"{path}: more than {MAX_ONE_HOT_NODES} nodes need numeric feature "
            f"columns, as their degree. Received: {num_nodes} nodes without features"
        )
    return sparse.eye_array(num_nodes, dtype=np.float32, format="csr")


def _read_splits(path, split, labels):
    for row, (part, label) in enumerate(zip(split, labels), csv_columns.FIRST_ROW):
        if part and part not in SPLITS:
            raise ValueError(
                f"{path}, row {row}: expected {', '.join(SPLITS)} or nothing. "
                f"Received: split={part!r}"
            )
        if part and label < 0:
            raise ValueError(
                f"{path}, row {row}: a node in a split must have a label. "
                f"Received: split={part!r}, label=''"
            )
    return [np.flatnonzero(np.array(split) == part) for part in SPLITS]


def _read_edges(path, nodes, directed):
    columns = csv_columns.read_columns(path, required=("source", "target"))
    source, target = (
        _read_ends(path, name, columns.pop(name), nodes)
        for name in ("source", "target")
    )
    if directed:
        rows = slice(None)
    else:
        source, target, rows = both_directions(source, target)
    edges = {"source": source, "target": target}
    if "weight" in columns:
        weight = csv_columns.read_numbers(path, {"weight": columns.pop("weight")})
        edges["edge_weights"] = weight[rows, 0]
    if columns:
        edges["edge_features"] = csv_columns.read_numbers(path, columns)[rows]
    return edges


def _read_ends(path, column, names, nodes):
    for row, name in enumerate(names, csv_columns.FIRST_ROW):
        if name not in nodes:
            raise ValueError(
                f"{path}, row {row}: expected the id of a node in nodes.csv. "
                f"Received: {column}={name!r}"
            )
    return np.array([nodes[name] for name in names], np.int32)
