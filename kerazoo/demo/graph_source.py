"""The graph whose nodes a model is asked about: no export holds it."""

import dataclasses
import os
import pathlib
import shutil
import tempfile
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_tables import EDGES
from kerazoo.data.graphs.graph_tables import NODES
from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.prediction.graph_inputs import read_nodes

_OF_LINKS = "_link"  # After the name of a graph whose links were learnt.
_PLANETOID = ("cora", "citeseer", "pubmed")


@dataclasses.dataclass(frozen=True, eq=False)
class NamedGraph:
    """A graph and what its nodes are called.

    Args:
        graph: The graph.
        names: A name for each node.
        directed: Whether an edge has one direction.

    Example:

    ```python
    NamedGraph(Graph(np.eye(2), np.array([0]), np.array([1])), ["ann", "bob"])
    ```
    """

    graph: Graph
    names: list[str]
    directed: bool = False

    def has_edge(self, source: int, target: int) -> bool:
        """Returns whether there is an edge between two nodes, or from one to another.

        Args:
            source, target: Numbers of the nodes.
        """
        return bool(self._between(source, target).any())

    def with_edge_changed(self, source: int, target: int) -> "NamedGraph":
        """Returns the graph without an edge, or with one that it does not have.

        Args:
            source, target: Numbers of the nodes.

        Raises:
            ValueError: If both are the same, or edges have features, so that nothing
                is known of a new one.
        """
        if source == target:
            raise ValueError("Choose two nodes.")
        graph = self.graph
        weights, features = graph.edge_weights, graph.edge_features
        between = self._between(source, target)
        if between.any():
            changed = dataclasses.replace(
                graph,
                source=graph.source[~between],
                target=graph.target[~between],
                edge_weights=None if weights is None else weights[~between],
                edge_features=None if features is None else features[~between],
            )
            return dataclasses.replace(self, graph=changed)
        if features is not None:
            raise ValueError(
                "Edges of this graph have features, so that a new one would need some."
            )
        starts = [source] if self.directed else [source, target]
        ends = [target] if self.directed else [target, source]
        changed = dataclasses.replace(
            graph,
            source=np.append(graph.source, starts).astype(graph.source.dtype),
            target=np.append(graph.target, ends).astype(graph.target.dtype),
            edge_weights=None
            if weights is None
            else np.append(weights, np.ones(len(ends), weights.dtype)),
        )
        return dataclasses.replace(self, graph=changed)

    def _between(self, source, target):
        graph = self.graph
        found = (graph.source == source) & (graph.target == target)
        if not self.directed:
            found |= (graph.source == target) & (graph.target == source)
        return found


def find_graph(
    metadata: dict[str, typing.Any], data_dir: str | os.PathLike | None = None
) -> NamedGraph | None:
    """Returns the graph that a model was trained on, if it is at hand.

    Args:
        metadata: What was noted about the export.
        data_dir: Folder of `nodes.csv` and `edges.csv`, or of the files of Cora and its
            kin; None for what is built in.

    Raises:
        ValueError: If the files are not as in training.

    Example:

    ```python
    metadata = {"dataset": "karate_club", "inputs": {"directed": False}}
    find_graph(metadata).names[0]  # "member 0"
    ```
    """
    inputs = metadata["inputs"]
    name = str(metadata.get("dataset")).removesuffix(_OF_LINKS)
    if name == "karate_club":
        return _of_dataset(load_node_dataset(name), inputs)
    if data_dir is None:
        return None
    folder = pathlib.Path(data_dir)
    if name in _PLANETOID:
        if not any(folder.glob(f"ind.{name}.*")):
            return None
        return _of_dataset(load_node_dataset(name, data_dir), inputs)
    if not all((folder / file).is_file() for file in (NODES, EDGES)):
        return None
    return read_graph(folder, metadata)


def read_graph(
    folder: str | os.PathLike, metadata: dict[str, typing.Any]
) -> NamedGraph:
    """Reads a graph of tables as in training.

    Args:
        folder: Folder of `nodes.csv` and `edges.csv`.
        metadata: What was noted about the export.

    Raises:
        OSError: If a file is missing.
        ValueError: If a file is not as in training.
    """
    tables = read_nodes(folder, metadata["inputs"]).shared
    directed = metadata["inputs"]["directed"]
    return NamedGraph(tables.graph, list(tables.node_names), directed)


def read_uploaded(
    files: Sequence[str] | None, metadata: dict[str, typing.Any]
) -> NamedGraph:
    """Reads a graph of two files, whatever folders they are in.

    Args:
        files: Paths of files of the names `nodes.csv` and `edges.csv`.
        metadata: What was noted about the export.

    Raises:
        ValueError: If one is missing, or is not as in training.
    """
    found = {pathlib.Path(file).name: file for file in files or ()}
    missing = [name for name in (NODES, EDGES) if name not in found]
    if missing:
        raise ValueError(
            f"Choose both {NODES} and {EDGES}. Missing: {', '.join(missing)}"
        )
    with tempfile.TemporaryDirectory() as folder:
        for name in (NODES, EDGES):
            shutil.copy(found[name], pathlib.Path(folder, name))
        try:
            return read_graph(folder, metadata)
        except ValueError as error:
            raise ValueError(str(error).replace(f"{folder}{os.sep}", "")) from None


def _of_dataset(nodes, inputs):
    names = nodes.node_names or [f"node {i}" for i in range(nodes.graph.num_nodes)]
    return NamedGraph(nodes.graph, names, inputs["directed"])
