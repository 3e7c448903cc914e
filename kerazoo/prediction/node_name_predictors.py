"""Predictors of exports that are asked about nodes by their names."""

import os
import typing
from collections.abc import Sequence

import tensorflow as tf

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.name_predictor import NamePredictor
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found

_NODES = "nodes.json", "node"


class SimilarNodePredictor(NamePredictor):
    """Asks an export of embeddings; answers are like nodes and their cosines.

    Args:
        version: Folder of one version of an export.
        top_k: How many nodes of each row; None for the one most alike.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._count = top_k or 1
        answers = RankedAnswers(["similar", "cosine"], self._count)
        super().__init__(version, "similar_nodes", answers, *_NODES)

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._ask(ids=tf.constant(items), k=tf.constant(self._count))
        return [
            [
                {"similar": name.decode(), "cosine": short(cosine)}
                for name, cosine in zip(*row)
            ]
            for row in zip(found["similar"], found["cosine"])
        ], {}


class CommunityPredictor(NamePredictor):
    """Asks an export of `CommunityDetection`; answers are communities.

    The probability is the learnt one of this community, from which greedy moves may
    have taken the node.

    Args:
        version: Folder of one version of an export.
    """

    def __init__(self, version: str | os.PathLike):
        answers = RankedAnswers(["community", "probability"])
        super().__init__(version, "communities", answers, *_NODES)

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._ask(ids=tf.constant(items))
        rows = zip(found["community"].tolist(), found["probabilities"])
        return [[{"community": c, "probability": short(p[c])}] for c, p in rows], {}
