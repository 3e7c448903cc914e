"""Predictor of exports that recommend items."""

import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.name_predictor import NamePredictor
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found


class UserPredictor(NamePredictor):
    """Asks an export of `Recommendation`; answers are items and scores.

    What a user is known to have taken is left out.

    Args:
        version: Folder of one version of an export.
        top_k: How many items of each user; None for the best.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._top_k = top_k or 1
        answers = RankedAnswers(["item", "score"], self._top_k)
        super().__init__(version, "recommend", answers, "users.json", "user")

    def ask(self, items: Sequence[str], shared: typing.Any = None) -> Found:
        found = self._ask(
            users=tf.constant(items),
            k=tf.constant(self._top_k),
            leave_out_seen=tf.constant(True),
        )
        rows = zip(found["items"], found["scores"])
        return [[_answer(*pair) for pair in zip(*row)] for row in rows], {}


def _answer(name: bytes, score: np.floating) -> dict[str, typing.Any]:
    """Returns an answer; a blank one where no more items are left."""
    return {"item": name.decode(), "score": short(score) if name else ""}
