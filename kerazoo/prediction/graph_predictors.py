"""Predictors of exports that take graphs, by their tensors."""

import functools
import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from scipy import sparse

from kerazoo.data.graphs.graph import Graph
from kerazoo.prediction.answers import Answers
from kerazoo.prediction.molecule_answers import graph_answers
from kerazoo.prediction.molecule_answers import graph_rows
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.row import Inputs
from kerazoo.serving.signatures import load_signatures

_PARTS = {  # What a graph is made of: to what a model calls features of it.
    "node_features": "features of a node",
    "edge_features": "features of an edge",
    "edge_weights": "weights of the edges",
    "context_features": "features of a whole graph",
}


class TensorsPredictor(Predictor):
    """Base class of the predictors of graphs: the signature of plain tensors.

    Args:
        version: Folder of one version of an export.
        answers: How its answers are written.

    Raises:
        ValueError: If it has no such signature.
    """

    def __init__(self, version: str | os.PathLike, answers: Answers):
        self.answers = answers
        signatures = load_signatures(version)
        if "tensors" not in signatures:
            raise ValueError(
                "A model of several kinds of nodes takes serialised graphs only: ask "
                f"its signature serving_default. Received: saved_model={version}"
            )
        self._tensors = signatures["tensors"]
        self._specs = self._tensors.structured_input_signature[1]

    def check(self, graph: Graph) -> None:
        """Refuses a graph whose features are not those of training.

        Raises:
            ValueError: If it has others.
        """
        for name, what in _PARTS.items():
            if name not in self._specs:
                continue
            values, width = getattr(graph, name), self._specs[name].shape[-1]
            if values is None or width not in (None, values.shape[-1]):
                received = "none" if values is None else values.shape[-1]
                expected = what if width is None else f"{width} {what}"
                raise ValueError(
                    f"expected {expected}, as in training. Received: {received}"
                )

    def run(self, graph: Graph, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the outputs for one graph, or for several as one.

        Args:
            graph: The graph.
            **inputs: What else the signature takes.
        """
        inputs = {"source": graph.source, "target": graph.target, **inputs}
        inputs |= {name: _dense(getattr(graph, name)) for name in _PARTS}
        tensors = {
            name: tf.constant(inputs[name], spec.dtype)
            for name, spec in self._specs.items()
        }
        return {name: out.numpy() for name, out in self._tensors(**tensors).items()}


class NodeClassPredictor(TensorsPredictor):
    """Asks an export of `NodeClassification`; answers are probabilities `(K,)`.

    Items are numbers of nodes of the graph that all share.

    Args:
        version, answers: See `TensorsPredictor`; answers are `ClassAnswers`.
    """

    whole = True

    def check_inputs(self, inputs: Inputs) -> None:
        self.check(inputs.shared.graph)

    def ask(self, items: Sequence[int], shared: typing.Any) -> Found:
        probabilities = self.run(shared.graph)["probabilities"]
        return [probabilities[i] for i in items], {}


class PairPredictor(TensorsPredictor):
    """Asks an export of `LinkPrediction`; answers are probabilities of links.

    Items are pairs of numbers of nodes of the graph that all share.

    Args:
        version, answers: See `TensorsPredictor`; answers are `RankedAnswers` of a
            `probability`.
    """

    whole = True

    def check_inputs(self, inputs: Inputs) -> None:
        self.check(inputs.shared.graph)

    def ask(self, items: Sequence[Sequence[int]], shared: typing.Any) -> Found:
        found = self.run(shared.graph, pairs=np.array(items, np.int32))
        return [[{"probability": short(p)}] for p in found["probabilities"]], {}


class WholeGraphPredictor(TensorsPredictor):
    """Asks an export of `GraphPrediction`; answers are probabilities or values.

    Items are SMILES, tuples of those of several columns, or `Graph`s.

    Args:
        version: See `TensorsPredictor`.
        metadata: What was noted about the export.
        top_k: How many classes to name.
    """

    takes_long = True

    def __init__(
        self,
        version: str | os.PathLike,
        metadata: dict[str, typing.Any],
        top_k: int | None = None,
    ):
        super().__init__(version, graph_answers(metadata, top_k))
        self._metadata = metadata

    @functools.cached_property
    def _form(self):
        from kerazoo.data.graphs.molecule_form import MoleculeForm

        inputs = self._metadata["inputs"]
        # Versions before noted the descriptors alone.
        return MoleculeForm(
            **inputs.get("form", {"descriptors": inputs["descriptors"]})
        )

    def prepare(self, item: str | tuple[str, ...] | Graph) -> Graph:
        graph = item if isinstance(item, Graph) else self._form.graph(item)
        self.check(graph)
        return graph

    def ask(self, items: Sequence[Graph], shared: typing.Any = None) -> Found:
        sizes = [graph.num_nodes for graph in items]
        graph_ids = np.repeat(np.arange(len(items)), sizes)
        found = self.run(_merged(items), graph_ids=graph_ids)
        return graph_rows(self._metadata, found), {}


def _merged(graphs):
    """Returns several graphs as one, with a row of context features for each."""
    starts = np.cumsum([0, *(graph.num_nodes for graph in graphs[:-1])])

    def joined(name, join=np.concatenate):
        parts = [getattr(graph, name) for graph in graphs]
        return None if any(part is None for part in parts) else join(parts)

    return Graph(
        np.concatenate([_dense(graph.node_features) for graph in graphs]),
        np.concatenate([g.source + start for g, start in zip(graphs, starts)]),
        np.concatenate([g.target + start for g, start in zip(graphs, starts)]),
        joined("edge_features"),
        joined("edge_weights"),
        joined("context_features", np.stack),
    )


def _dense(features):
    return features.toarray() if sparse.issparse(features) else features
