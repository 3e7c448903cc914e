"""Which edges, nodes and features an answer of a graph network comes from."""

import dataclasses
import functools
import os
import pathlib
import typing

import numpy as np

from kerazoo.data.graphs.molecule_drawing import draw_molecule
from kerazoo.evaluation.graphs import fidelity
from kerazoo.models.gnn.attributions import gradient_times_input
from kerazoo.models.gnn.attributions import integrated_gradients
from kerazoo.models.gnn.gnn_explainer import gnn_explainer
from kerazoo.models.gnn.importances import Importances
from kerazoo.runs import description
from kerazoo.runs.loading import load_model
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.gnn import explained_graph
from kerazoo.tasks.gnn.explained_answer import ExplainedAnswer
from kerazoo.tasks.gnn.explained_graph import ExplainedGraph
from kerazoo.tasks.gnn.explanation_pictures import edges_picture

KINDS = ("node", "link", "graph")
METHODS = ("integrated_gradients", "gradient", "gnn_explainer")


@dataclasses.dataclass(frozen=True)
class GraphExplanation:
    """What a graph network answered, and what that comes from.

    Args:
        answer: Name of the class or the target; `"linked"` or `"not linked"`.
        probability: Of the answer; None of a value.
        value: The value; None of a class.
        graph: The graph with the names of its parts.
        importances: How much its nodes, features and edges matter.
        fidelity: See `kerazoo.evaluation.graphs.fidelity`; of a value, minus its error
            takes the place of the probability.
        picture: PNG.
    """

    answer: str
    probability: float | None
    value: float | None
    graph: ExplainedGraph
    importances: Importances
    fidelity: dict[str, float]
    picture: bytes

    def table(self) -> list[dict[str, typing.Any]]:
        """Returns a row for each edge, node and feature, the heaviest first.

        Rows have `part`, `source` and `target` (the name of a node or feature is in
        `source`), and `importance`. The two directions of an edge are one row.
        """
        names = self.graph.node_names
        numbers = _undirected(self.graph.graph)
        edges: dict[int, tuple] = {}
        for edge, number in enumerate(numbers.tolist()):
            ends = self.graph.graph.source[edge], self.graph.graph.target[edge]
            row = edges.setdefault(number, (ends, []))
            row[1].append(float(self.importances.edges[edge]))
        found = [
            ("edge", names[source], names[target], _heaviest(own))
            for (source, target), own in edges.values()
        ]
        found += [
            ("node", name, "", float(own))
            for name, own in zip(names, self.importances.nodes)
        ]
        found += [
            ("feature", name, "", float(own))
            for name, own in zip(self.graph.feature_names, self.importances.features)
        ]
        columns = ("part", "source", "target", "importance")
        rows = [dict(zip(columns, row)) for row in found]
        parts = ("edge", "node", "feature")
        return sorted(
            rows, key=lambda row: (parts.index(row["part"]), -abs(row["importance"]))
        )


class GraphExplainer:
    """Explains answers of a trained graph network.

    Args:
        path: Folder of a run of `NodeClassification`, `LinkPrediction` or
            `GraphPrediction`, of its export, or of one version of that.
        data_dir: Folder of the graph's files; None where the dataset needs none, and
            for molecules.
        method: `"integrated_gradients"`, `"gradient"`, the gradient times the input, or
            `"gnn_explainer"`.
        top_edges: Number of edges that the picture shows and fidelity takes out.
        seed: Of GNNExplainer's masks and of the random edges of fidelity.

    Attributes:
        kind: `"node"`, `"link"` or `"graph"`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If there is no such model or method.

    Example:

    ```text
    explainer = GraphExplainer("saved_models/gnn_karate_club")
    found = explainer.of_node("17")
    found.answer, found.table()[0]
    pathlib.Path("explanation.png").write_bytes(found.picture)
    ```
    """

    def __init__(
        self,
        path: str | os.PathLike,
        data_dir: str | os.PathLike | None = None,
        method: str = "integrated_gradients",
        top_edges: int = 10,
        seed: int = 0,
    ):
        if method not in METHODS:
            raise ValueError(
                f"`method` must be one of {', '.join(METHODS)}. "
                f"Received: method={method}"
            )
        self._metadata = read_model_metadata(path)
        self.kind = self._metadata["task"]
        self._data_dir = data_dir
        self._method, self._top_edges, self._seed = method, top_edges, seed
        model = load_model(path)
        self._model = getattr(model, "network", model)  # Of sampled neighbourhoods.

    def of_node(self, node: str, output: str | None = None) -> GraphExplanation:
        """Explains the class of a node.

        Args:
            node: Its name, or its number from 0.
            output: Class to explain; None for the likeliest.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If there is no such node or class, or the model is of another
                kind.
        """
        self._check("node")
        number = self._number(node, "node")
        return self._explain(self._graph, {"nodes": np.array([number])}, output)

    def of_pair(self, source: str, target: str) -> GraphExplanation:
        """Explains whether two nodes, given by their names, are linked.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If there is no such node, or the model is of another kind.
        """
        self._check("link")
        pair = [self._number(node, "pair") for node in (source, target)]
        return self._explain(self._graph, {"pairs": np.array([pair])}, None)

    def of_graph(self, number: int, output: str | None = None) -> GraphExplanation:
        """Explains the answer for one graph of the collection that was learnt from.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If there is no such graph, or the model is of another kind.
        """
        self._check("graph")
        read = explained_graph.read_collected_graph
        return self._explain(read(self._metadata, number, self._data_dir), {}, output)

    def of_molecule(self, smiles: str, output: str | None = None) -> GraphExplanation:
        """Explains the answer for a molecule.

        Raises:
            ModuleNotFoundError: If RDKit is not installed.
            ValueError: If the SMILES is invalid, or the model takes none.
        """
        self._check("graph")
        graph = explained_graph.read_molecule(self._metadata, smiles)
        return self._explain(graph, {}, output)

    @functools.cached_property
    def _graph(self):
        return explained_graph.read_one_graph(self._metadata, self._data_dir)

    def _number(self, node, flag):
        names = self._graph.node_names
        if node not in names and node.isdecimal() and int(node) < len(names):
            return int(node)
        if node not in names:
            raise ValueError(
                f"`{flag}` must be one of the {len(names)} nodes, such as {names[0]}. "
                f"Received: {flag}={node}"
            )
        return names.index(node)

    def _explain(self, named, asked, output):
        graph = named.graph
        _check_widths(self._model, graph)
        answer = ExplainedAnswer(self._model, graph, asked, *self._names(output))
        importances = self._importances(answer)
        centre = np.unique(np.concatenate([*map(np.ravel, asked.values()), []]))
        centre = centre.astype(int)
        reached = np.ones(graph.num_nodes, bool)
        if len(centre):
            reached = explained_graph.nodes_within(graph, centre, self._hops() - 1)
        numbers = np.where(reached[graph.target], _undirected(graph), -1)
        compared = fidelity(
            answer.of, importances.edges, numbers, self._top_edges, seed=self._seed
        )
        name = answer.name
        if self.kind == "link":
            name = "linked" if answer.is_yes else "not linked"
        elif answer.is_yes is not None:
            name = f"{name}: {'yes' if answer.is_yes else 'no'}"
        how_sure = (
            f"{answer.value:.4g}"
            if answer.probability is None
            else f"{answer.probability:.1%}"
        )
        title = f"{name}, {how_sure}"
        if named.smiles is not None:
            bonds = importances.edges.reshape(-1, 2).sum(axis=1)
            picture = draw_molecule(named.smiles, importances.nodes, bonds, title)
        else:
            picture = edges_picture(
                named, importances, numbers, self._top_edges, centre, title
            )
        return GraphExplanation(
            name,
            answer.probability,
            answer.value,
            named,
            importances,
            compared,
            picture,
        )

    def _importances(self, answer):
        edges = answer.graph.num_edges
        if self._method == "gradient":
            return gradient_times_input(answer.score, answer.features, edges)
        if self._method == "integrated_gradients":
            return integrated_gradients(answer.score, answer.features, edges)
        ends = answer.graph.source, answer.graph.target
        return gnn_explainer(answer.loss, answer.features, *ends, seed=self._seed)

    def _names(self, output):
        """Returns the names of the outputs and the number of the one that is meant."""
        targets = self._metadata.get("targets") or []
        names = [own["name"] for own in targets] or self._metadata["class_names"]
        if output is None:
            return names, None
        known = names or []
        if output in known:
            return names, known.index(output)
        if not known and output.isdecimal():
            return names, int(output)
        raise ValueError(
            f"`output` must be one of {', '.join(known[:10]) or 'the numbers'}. "
            f"Received: output={output}"
        )

    def _hops(self):
        encoder = self._model.encoder
        steps = getattr(encoder, "options", {}).get("filter_steps", 1)
        return max(encoder.num_layers * steps, getattr(encoder, "num_steps", 0))

    def _check(self, kind):
        if self.kind != kind:
            asked = {
                "node": "a node",
                "link": "a pair of nodes",
                "graph": "a graph or a molecule",
            }
            raise ValueError(
                f"The model is asked about {asked[self.kind]}, not {asked[kind]}."
            )


def read_model_metadata(path: str | os.PathLike) -> dict[str, typing.Any]:
    """Returns what was noted about a model of graphs.

    Args:
        path: Folder of a run, of an export, or of one version of it.

    Raises:
        ValueError: If there is none, or nothing about it can be explained.
    """
    folder = pathlib.Path(path)
    if (folder / description.FILE).exists():
        metadata = description.read_description(folder)["metadata"]
    else:
        metadata = read_metadata(newest_version(folder))
    family, kind = metadata.get("family"), metadata.get("task")
    if family != "gnn" or kind not in KINDS:
        raise ValueError(
            f"{path} is of {family} {kind}: of graph networks, those of "
            f"{', '.join(KINDS)} are explained."
        )
    if "node_set" in metadata.get("inputs", {}):
        raise ValueError(
            f"{path} is of graphs of several sets of nodes or edges: models of one set "
            "are explained."
        )
    return metadata


def _undirected(graph):
    """Returns the same number for both directions of an edge, int `(E,)`."""
    ends = np.sort(np.stack([graph.source, graph.target], axis=1), axis=1)
    if not len(ends):
        return np.zeros(0, int)
    return np.unique(ends, axis=0, return_inverse=True)[1].ravel()


def _heaviest(values):
    return max(values, key=abs)


def _check_widths(model, graph):
    features = graph.edge_features
    for what, needed, received in (
        ("node", model.node_feature_size, graph.node_features.shape[1]),
        ("edge", model.edge_feature_size, 0 if features is None else features.shape[1]),
    ):
        if needed != received and not (what == "edge" and needed == 0):
            raise ValueError(
                f"The model takes {needed} features of a {what}. Received: {received}"
            )
