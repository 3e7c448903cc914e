"""Predictor of exports of knowledge graphs."""

import os
import pathlib
import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.row import Inputs
from kerazoo.serving.signatures import load_signatures

_FILES = {
    "heads": "entities.txt",
    "relations": "relations.txt",
    "tails": "entities.txt",
}


class QueryPredictor(Predictor):
    """Asks an export of `KnowledgeGraphCompletion`; answers are entities and scores.

    What is known to be right already is left out. Triples get their score alone.

    Args:
        version: Folder of one version of an export.
        top_k: How many entities of each row; None for the best.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._top_k = top_k
        self.answers = RankedAnswers(["entity", "score"], top_k or 1)
        self._signatures = load_signatures(version)
        folder = pathlib.Path(version, "assets.extra")
        self._known = {
            role: frozenset((folder / file).read_text(encoding="utf-8").split("\n"))
            for role, file in _FILES.items()
        }

    def check_inputs(self, inputs: Inputs) -> None:
        if inputs.shared != "score":
            return
        if self._top_k is not None:
            raise ValueError(
                "`top_k` is for queries without a head or a tail; triples have one "
                f"score. Received: top_k={self._top_k}"
            )
        self.answers = RankedAnswers(["score"])

    def prepare(self, item: Mapping[str, str]) -> Mapping[str, str]:
        for role, name in item.items():
            if name not in self._known[role]:
                what = "relation" if role == "relations" else "entity"
                raise ValueError(f"{name!r}, which is no {what} of training")
        return item

    def ask(self, items: Sequence[Mapping[str, str]], shared: typing.Any) -> Found:
        request = {
            role: tf.constant([item[role] for item in items]) for role in items[0]
        }
        if shared != "score":
            request["k"] = tf.constant(self._top_k or 1)
            request["leave_out_known"] = tf.constant(True)
        found = self._signatures[shared](**request)
        found = {name: value.numpy() for name, value in found.items()}
        if shared == "score":
            return [[{"score": short(score)}] for score in found["scores"]], {}
        return [
            [_answer(*pair) for pair in zip(*row)]
            for row in zip(found["entities"], found["scores"])
        ], {}


def _answer(name: bytes, score: np.floating) -> dict[str, typing.Any]:
    """Returns an answer; a blank one where no more entities are left."""
    return {"entity": name.decode(), "score": short(score) if name else ""}
