"""Predictor of exports that take graphs of several sets."""

import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import Answers
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.row import Inputs
from kerazoo.serving.signatures import load_signatures


class HeteroNodePredictor(Predictor):
    """Asks an export of `HeteroNodeClassification`; answers are probabilities `(K,)`.

    Items are numbers of nodes of the classified set of the graph that all share.

    Args:
        version: Folder of one version of an export.
        answers: `ClassAnswers`.
    """

    whole = True

    def __init__(self, version: str | os.PathLike, answers: Answers):
        self.answers = answers
        self._tensors = load_signatures(version)["tensors"]
        self._specs = self._tensors.structured_input_signature[1]

    def check_inputs(self, inputs: Inputs) -> None:
        for name, value in _request(inputs.shared.graph).items():
            expected = self._specs[name].shape
            if len(expected) == 2 and value.shape[1] != expected[1]:
                raise ValueError(
                    f"expected {expected[1]} columns in {name}, as in training. "
                    f"Received: {value.shape[1]}"
                )

    def ask(self, items: Sequence[int], shared: typing.Any) -> Found:
        request = {
            name: tf.constant(
                value.toarray() if hasattr(value, "toarray") else value,
                self._specs[name].dtype,
            )
            for name, value in _request(shared.graph).items()
        }
        probabilities = self._tensors(**request)["probabilities"].numpy()
        return [probabilities[i] for i in items], {}


class RootClassPredictor(Predictor):
    """Asks an export of `RootNodeClassification`; answers are probabilities `(K,)`.

    Items are serialised subgraphs.

    Args:
        version: Folder of one version of an export.
        answers: `ClassAnswers`.
    """

    def __init__(self, version: str | os.PathLike, answers: Answers):
        self.answers = answers
        self._examples = load_signatures(version)["serving_default"]

    def ask(self, items: Sequence[bytes], shared: typing.Any) -> Found:
        found = self._examples(examples=tf.constant(list(items)))
        return list(found["probabilities"].numpy()), {}


def _request(graph):
    """Returns the inputs of the signature, features perhaps as sparse matrices."""
    found: dict[str, np.ndarray] = {}
    for name, features in graph.node_sets.items():
        found[f"{name}_features"] = features
    for name, edges in graph.edge_sets.items():
        for part in ("source", "target", "weights", "features"):
            if getattr(edges, part) is not None:
                found[f"{name}_{part}"] = getattr(edges, part)
    return found
