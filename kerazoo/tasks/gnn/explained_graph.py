"""The graph that an explanation is of."""

import dataclasses
import os
import pathlib
import typing

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_tables import EDGES
from kerazoo.data.graphs.graph_tables import NODES
from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.graphs.loading import NODE_DATASETS
from kerazoo.data.graphs.loading import load_graph_dataset
from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.data.graphs.molecule_form import MoleculeForm
from kerazoo.data.graphs.molecule_graph import ATOM_FEATURES
from kerazoo.data.graphs.table_features import TableFeatures


@dataclasses.dataclass(frozen=True)
class ExplainedGraph:
    """A graph with names of its parts.

    Args:
        graph: The graph.
        node_names: Names of the nodes.
        feature_names: Names of the columns of their features.
        smiles: The molecule that it is, or None.
    """

    graph: Graph
    node_names: list[str]
    feature_names: list[str]
    smiles: str | None = None


def read_one_graph(
    metadata: dict[str, typing.Any], data_dir: str | os.PathLike | None = None
) -> ExplainedGraph:
    """Reads the graph of a model of nodes or links.

    Args:
        metadata: What was noted about the model.
        data_dir: Folder of the graph's files; None where the dataset needs none.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If there is no such graph.

    Example:

    ```python
    read_one_graph({"dataset": "karate_club", "inputs": {}}).node_names[:2]
    # ["0", "1"]
    ```
    """
    name, trained = metadata["dataset"].removesuffix("_link"), metadata["inputs"]
    if data_dir and pathlib.Path(data_dir, NODES).is_file():
        node_columns = trained["node_columns"]
        known = TableFeatures.from_json(node_columns) if node_columns else None
        if not node_columns and trained["node_names"]:
            known = TableFeatures.from_json([])
        edges = TableFeatures.from_json(trained["edge_columns"])
        directed = trained["directed"]
        tables = read_graph_tables(data_dir, directed, None, known, edges)
        return ExplainedGraph(tables.graph, tables.node_names, _numbers(tables.graph))
    if name not in NODE_DATASETS or name == "tables":
        raise ValueError(
            f"The model has learnt from {name}: `data_dir` must be a folder of its "
            f"{NODES} and {EDGES}. Received: data_dir={data_dir}"
        )
    nodes = load_node_dataset(name, data_dir)
    names = nodes.node_names or list(map(str, range(nodes.graph.num_nodes)))
    return ExplainedGraph(nodes.graph, list(names), _numbers(nodes.graph))


def read_molecule(metadata: dict[str, typing.Any], smiles: str) -> ExplainedGraph:
    """Returns the graph of a molecule, as a model of whole graphs takes it.

    Raises:
        ModuleNotFoundError: If RDKit is not installed.
        ValueError: If the model takes none, or the SMILES is invalid.
    """
    inputs = metadata["inputs"]
    if "smiles_column" not in inputs:
        raise ValueError(
            f"The model has learnt from {metadata['dataset']}, which are no molecules: "
            f"name one of its graphs by its number. Received: smiles={smiles}"
        )
    form = MoleculeForm(**inputs.get("form", {"descriptors": inputs["descriptors"]}))
    if form.num_columns > 1 or form.reaction is not None:
        raise ValueError(
            "What is explained are single molecules; the model takes "
            f"{'reactions' if form.reaction else f'{form.num_columns} at once'}."
        )
    graph = form.graph(smiles)
    names = [
        column
        for name, _, values in ATOM_FEATURES
        for column in (
            (name, f"not {name}")
            if values == (True,)
            else (*(f"{name} {value}" for value in values), f"{name} other")
        )
    ]
    if len(names) != graph.node_features.shape[1]:
        names = _numbers(graph)
    atoms = list(map(str, range(graph.num_nodes)))
    return ExplainedGraph(graph, atoms, names, smiles)


def read_collected_graph(
    metadata: dict[str, typing.Any], number: int, data_dir: str | os.PathLike | None
) -> ExplainedGraph:
    """Reads one graph of the collection that a model of whole graphs has learnt from.

    Args:
        metadata: What was noted about the model.
        number: Number of the graph, from 0.
        data_dir: Folder of the collection.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If there is no such graph.
    """
    name, inputs = metadata["dataset"], metadata["inputs"]
    if "smiles_column" in inputs:
        raise ValueError(
            f"The model has learnt from molecules: give one, such as CCO. Received: "
            f"graph={number}"
        )
    found = load_graph_dataset(name, data_dir, descriptors=inputs["descriptors"])
    if not 0 <= number < len(found.graphs):
        raise ValueError(
            f"`graph` must be from 0 to {len(found.graphs) - 1}. Received: {number}"
        )
    graph = found.graphs[number]
    return ExplainedGraph(
        graph, list(map(str, range(graph.num_nodes))), _numbers(graph)
    )


def nodes_within(graph: Graph, nodes: typing.Sequence[int], hops: int) -> np.ndarray:
    """Returns which nodes send messages that reach some nodes in so many hops.

    Example:

    ```python
    from kerazoo.data.graphs.graph import Graph

    path = Graph(np.eye(4), np.array([0, 1, 2]), np.array([1, 2, 3]))
    nodes_within(path, [3], hops=2)  # [False, True, True, True]
    ```
    """
    found = np.zeros(graph.num_nodes, bool)
    found[list(nodes)] = True
    for _ in range(hops):
        found[graph.source[found[graph.target]]] = True
    return found


def _numbers(graph):
    return [f"feature {i}" for i in range(graph.node_features.shape[1])]
