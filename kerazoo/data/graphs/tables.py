"""Own graphs from two CSV files, with the classes of their nodes."""

import logging
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from kerazoo.data import class_indices
from kerazoo.data.graphs.graph_tables import NODES
from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.node_file import SPLITS
from kerazoo.data.graphs.splits import random_split

_FEWEST = 3  # Nodes with a label: one for each part of the split.


def node_table(
    data_dir: str | os.PathLike,
    directed: bool = False,
    seed: int = 0,
    target_column: str | None = None,
) -> NodeDataset:
    """Reads a graph from `nodes.csv` and `edges.csv`.

    `nodes.csv` has a column `id`, optionally `label` (any text, empty where unknown)
    and `split` (`train`, `validation`, `test` or empty); all other columns are
    features, see `TableFeatures`. Without features every node gets a one-hot vector of
    its own. Without `split` the nodes with a label are split at random, 60 : 20 : 20.

    `edges.csv` has columns `source` and `target` with ids of nodes, optionally
    `weight`; all other columns are features of the edges.

    Names such as `node_id`, `class`, `from` and `to` are taken as well, which is said
    through `logging`.

    Args:
        data_dir: Folder of both files.
        directed: Whether edges have a direction. If not, every edge also gets
            its reverse, with the same weight and features, and an edge that is
            repeated counts once.
        seed: Of the random split.
        target_column: Column of the labels, by name or number from 1; None for `label`
            or one of a name alike.

    Returns:
        `NodeDataset`; without labels its splits are empty.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file's content is not as above; the file and the row are
            named, the header being row 1.
    """
    folder = pathlib.Path(data_dir)
    path = folder / NODES
    tables = read_graph_tables(folder, directed, target_column)
    for notice in tables.notices:
        logging.getLogger(__name__).info(notice)
    column, cells = tables.labels or ("label", [""] * len(tables.node_names))
    labels, class_names = class_indices.class_indices(cells)
    train, validation, test = split_nodes(path, tables.split, column, labels, seed)
    dataset = NodeDataset(
        folder.resolve().name,
        tables.graph,
        labels,
        len(class_names),
        train,
        validation,
        test,
        class_names,
        tables.node_names,
        tables.node_features,
        tables.edge_features,
    )
    dataset.validate()
    return dataset


def split_nodes(
    path: str | os.PathLike,
    split: Sequence[str] | None,
    column: str,
    labels: np.ndarray,
    seed: int,
) -> list[np.ndarray]:
    """Returns the nodes of each of `SPLITS`.

    Args:
        path: Table of the nodes, for errors.
        split: Part that each node is in, as the table says it; None to draw them among
            those with a label, 60 : 20 : 20.
        column: Name of the labels, for errors.
        labels: int `(N,)`, -1 where unknown.
        seed: Of the draw.

    Raises:
        ValueError: If fewer than three nodes have a label.
    """
    if split is not None:
        parts = np.array(split)
        return [np.flatnonzero(parts == part) for part in SPLITS]
    labelled = np.flatnonzero(labels >= 0)
    if 0 < len(labelled) < _FEWEST:
        raise ValueError(
            f"{path}: expected at least {_FEWEST} nodes with a {column}, to train, "
            f"choose and test on. Received: {len(labelled)}"
        )
    drawn = random_split(len(labelled), (0.6, 0.2, 0.2), seed)
    return [labelled[part] for part in drawn]
