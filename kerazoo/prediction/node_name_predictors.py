"""Predictors of exports that are asked about nodes by their names."""

import json
import os
import pathlib
import typing
from collections.abc import Sequence

import tensorflow as tf

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class NodeNamePredictor(Predictor):
    """Base class of the predictors of nodes that a model has learnt from.

    Args:
        version: Folder of one version of an export.
        signature: Name of the signature to ask.
        answers: How its answers are written.
    """

    def __init__(
        self, version: str | os.PathLike, signature: str, answers: RankedAnswers
    ):
        self.answers = answers
        self._signature = load_signatures(version)[signature]
        names = pathlib.Path(version, "assets.extra", "nodes.json")
        self._known = frozenset(json.loads(names.read_text(encoding="utf-8")))

    def prepare(self, item: str) -> str:
        if item not in self._known:
            raise ValueError(f"{item!r}, which is no node of training")
        return item

    def _ask(self, items, **more):
        ids = tf.constant([item.encode() for item in items])
        found = self._signature(ids=ids, **more)
        return {name: value.numpy() for name, value in found.items()}


class SimilarNodePredictor(NodeNamePredictor):
    """Asks an export of embeddings; answers are like nodes and their cosines.

    Args:
        version: Folder of one version of an export.
        top_k: How many nodes of each row; None for the one most alike.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._count = top_k or 1
        answers = RankedAnswers(["similar", "cosine"], self._count)
        super().__init__(version, "similar_nodes", answers)

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._ask(items, k=tf.constant(self._count))
        return [
            [
                {"similar": name.decode(), "cosine": short(cosine)}
                for name, cosine in zip(*row)
            ]
            for row in zip(found["similar"], found["cosine"])
        ], {}


class CommunityPredictor(NodeNamePredictor):
    """Asks an export of `CommunityDetection`; answers are communities.

    The probability is the learnt one of this community, from which greedy moves may
    have taken the node.

    Args:
        version: Folder of one version of an export.
    """

    def __init__(self, version: str | os.PathLike):
        answers = RankedAnswers(["community", "probability"])
        super().__init__(version, "communities", answers)

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._ask(items)
        rows = zip(found["community"].tolist(), found["probabilities"])
        return [[{"community": c, "probability": short(p[c])}] for c, p in rows], {}
