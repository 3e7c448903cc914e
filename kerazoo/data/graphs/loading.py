"""Graphs by name.

Importing this imports no reader: what is wrong with a name can be said at once.
"""

import dataclasses
import difflib
import os
import pathlib
import typing

from kerazoo.data.graphs.collection_file import find_collection
from kerazoo.data.graphs.molecule_columns import MoleculeColumns
from kerazoo.data.text_file import ending

if typing.TYPE_CHECKING:
    from kerazoo.data.graphs.graph_dataset import GraphDataset
    from kerazoo.data.graphs.node_dataset import NodeDataset


def load_node_dataset(
    name: str,
    data_dir: str | os.PathLike | None = None,
    directed: bool = False,
    seed: int = 0,
    target_column: str | None = None,
) -> "NodeDataset":
    """Returns a graph and what is known of its nodes.

    Args:
        name: A key of `NODE_DATASETS`: `"karate_club"`, built in; `"cora"`,
            `"citeseer"` or `"pubmed"`, downloaded where there is no `data_dir`;
            `"tables"` for `nodes.csv` and `edges.csv` in `data_dir`.
        data_dir: Folder of the files, or None.
        directed: Whether the edges of tables have a direction.
        seed: Of the split of tables that have none.
        target_column: Column of the labels of tables; None for `label`, or one of a
            name alike.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If there is no such dataset, or a file is not as it should be.

    Example:

    ```python
    load_node_dataset("karate_club").graph.num_nodes  # 34
    ```
    """
    check_node_dataset(name, data_dir)
    return NODE_DATASETS[name](name, data_dir, directed, seed, target_column)


def check_node_dataset(name: str, data_dir: str | os.PathLike | None = None) -> None:
    """Refuses what `load_node_dataset` cannot find, without reading anything.

    Raises:
        OSError: If a file of tables is missing.
        ValueError: If there is no such dataset.
    """
    if name not in NODE_DATASETS:
        near = difflib.get_close_matches(name.lower(), NODE_DATASETS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"`dataset` must be one of {', '.join(NODE_DATASETS)}, the last for "
            f"nodes.csv and edges.csv in `data_dir`.{hint} Received: dataset={name}"
        )
    if name != "tables":
        return
    if not data_dir:
        raise ValueError(
            "`data_dir` must be a folder with nodes.csv and edges.csv. "
            "Received: dataset=tables, data_dir=None"
        )
    for file in ("nodes.csv", "edges.csv"):
        _check_file(pathlib.Path(data_dir, file))


def load_graph_dataset(
    name: str,
    data_dir: str | os.PathLike | None = None,
    columns: MoleculeColumns | None = None,
    descriptors: bool = False,
) -> "GraphDataset":
    """Returns many graphs and what is to be predicted of each.

    Args:
        name: Name of a file of molecules or reactions, such as `"esol.csv"`, or of a
            collection in the text form of the GIN paper, such as `"MUTAG"`, in
            `data_dir`.
        data_dir: Folder of the file. Default: the current one.
        columns: Of a file of molecules.
        descriptors: Gives graphs descriptors of the whole: RDKit's of molecules, sizes
            and counts of others.

    Raises:
        ModuleNotFoundError: If RDKit is missing, for molecules.
        OSError: If a file is missing.
        ValueError: If a file is not as it should be.

    Example:

    ```python
    load_graph_dataset("MUTAG", "data").num_classes  # 2
    ```
    """
    check_graph_dataset(name, data_dir)
    if are_molecules(name):
        from kerazoo.data.graphs.molecules import molecules

        named = dataclasses.asdict(columns or MoleculeColumns())
        path = pathlib.Path(data_dir or "", name)
        dataset = molecules(path, **named, descriptors=descriptors)
    else:
        from kerazoo.data.graphs.size_descriptors import size_descriptors
        from kerazoo.data.graphs.tu_text import tu_text

        dataset = tu_text(name, data_dir or "")
        if descriptors:
            for graph in dataset.graphs:
                graph.context_features = size_descriptors(graph)
    return dataset


def check_graph_dataset(name: str, data_dir: str | os.PathLike | None = None) -> None:
    """Refuses what `load_graph_dataset` cannot find, without reading anything.

    Raises:
        OSError: If the file is missing.
        ValueError: If it is neither a table nor a collection.
    """
    folder = pathlib.Path(data_dir or "")
    if are_molecules(name):
        _check_file(folder / name)
    elif (folder / name).is_file():
        raise ValueError(
            "`dataset` must be a file of molecules, one of "
            f"{', '.join(sorted(MOLECULE_FILES))}, or a collection of graphs. "
            f"Received: dataset={name}"
        )
    else:
        find_collection(name, folder)


def are_molecules(name: str) -> bool:
    """Returns whether a name is that of a file of molecules."""
    return ending(name) in MOLECULE_FILES


# Endings of files of molecules.
MOLECULE_FILES = {".csv", ".smi", ".tsv", ".txt"}


def _check_file(path):
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")


def _karate_club(name, data_dir, directed, seed, target_column):
    from kerazoo.data.graphs.karate_club import karate_club

    return karate_club()


def _planetoid(name, data_dir, directed, seed, target_column):
    from kerazoo.data.graphs.planetoid import planetoid

    return planetoid(name, data_dir)


def _tables(name, data_dir, directed, seed, target_column):
    from kerazoo.data.graphs.tables import node_table

    return node_table(data_dir, directed, seed, target_column)


# Name to a function of `(name, data_dir, directed, seed, target_column)` to a
# `NodeDataset`.
NODE_DATASETS = {
    "karate_club": _karate_club,
    "cora": _planetoid,
    "citeseer": _planetoid,
    "pubmed": _planetoid,
    "tables": _tables,
}
