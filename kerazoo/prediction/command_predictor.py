"""Predictor of exported players of games of text."""

import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import CommandAnswers
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures

_MOST_COMMANDS = 128


class CommandPredictor(Predictor):
    """Asks an exported player; answers are the best commands and the values of all.

    Items are pairs of a text and a list of commands.

    Args:
        version: Folder of one version of an export of `TextGame`.
    """

    notes: typing.ClassVar[dict[str, str]] = {
        "is_truncated": "longer than what was read",
        "is_unknown": "with words that the model does not know",
    }

    def __init__(self, version: str | os.PathLike):
        self._choose = load_signatures(version)["serving_default"]
        self.answers = CommandAnswers()

    def prepare(self, item: tuple[str, list[str]]) -> tuple[str, list[str]]:
        if len(item[1]) > _MOST_COMMANDS:
            raise ValueError(
                f"expected at most {_MOST_COMMANDS} commands. Received: {len(item[1])}"
            )
        return item

    def size(self, item: tuple[str, list[str]]) -> int:
        return len(item[0])

    def ask(
        self, items: Sequence[tuple[str, list[str]]], shared: typing.Any = None
    ) -> Found:
        most = max(len(commands) for _, commands in items)
        offered = [[*some, *[""] * (most - len(some))] for _, some in items]
        found = self._choose(
            state=tf.constant([text.encode(errors="replace") for text, _ in items]),
            commands=tf.constant(
                [[c.encode(errors="replace") for c in some] for some in offered]
            ),
        )
        best, values = found["best"].numpy(), found["q_values"].numpy()
        answers = [
            (commands, int(column), row[: len(commands)])
            for (_, commands), column, row in zip(items, best, values, strict=True)
        ]
        return answers, {name: np.asarray(found[name]) for name in self.notes}
