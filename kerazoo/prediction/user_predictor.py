"""Predictor of exports that recommend items."""

import json
import os
import pathlib
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class UserPredictor(Predictor):
    """Asks an export of `Recommendation`; answers are items and scores.

    What a user is known to have taken is left out.

    Args:
        version: Folder of one version of an export.
        top_k: How many items of each user; None for the best.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._top_k = top_k or 1
        self.answers = RankedAnswers(["item", "score"], self._top_k)
        self._recommend = load_signatures(version)["recommend"]
        users = pathlib.Path(version, "assets.extra", "users.json")
        self._known = frozenset(json.loads(users.read_text(encoding="utf-8")))

    def prepare(self, item: str) -> str:
        if item not in self._known:
            raise ValueError(f"{item!r}, which is no user of training")
        return item

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._recommend(
            users=tf.constant([item.encode() for item in items]),
            k=tf.constant(self._top_k),
            leave_out_seen=tf.constant(True),
        )
        rows = zip(found["items"].numpy(), found["scores"].numpy())
        return [[_answer(*pair) for pair in zip(*row)] for row in rows], {}


def _answer(name: bytes, score: np.floating) -> dict[str, typing.Any]:
    """Returns an answer; a blank one where no more items are left."""
    return {"item": name.decode(), "score": short(score) if name else ""}
