"""Predictor of exports that are asked by the names of what they have learnt from."""

import json
import os
import pathlib
import typing

import numpy as np

from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class NamePredictor(Predictor):
    """Base class of the predictors of users and of nodes of training.

    Args:
        version: Folder of one version of an export.
        signature: Name of the signature to ask.
        answers: How its answers are written.
        file: Name of the extra asset with the names, a JSON list.
        what: What has these names, such as `"user"`.
    """

    def __init__(
        self,
        version: str | os.PathLike,
        signature: str,
        answers: RankedAnswers,
        file: str,
        what: str,
    ):
        self.answers = answers
        self._signature = load_signatures(version)[signature]
        names = pathlib.Path(version, "assets.extra", file)
        self._known = frozenset(json.loads(names.read_text(encoding="utf-8")))
        self._what = what

    def prepare(self, item: str) -> str:
        if item not in self._known:
            raise ValueError(f"{item!r}, which is no {self._what} of training")
        return item

    def _ask(self, **inputs: typing.Any) -> dict[str, np.ndarray]:
        found = self._signature(**inputs)
        return {name: value.numpy() for name, value in found.items()}
