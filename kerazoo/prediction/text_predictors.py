"""Predictors of exports that take texts."""

import math
import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Its operations are in the models.

from kerazoo.prediction.answers import Answers
from kerazoo.prediction.answers import ClassAnswers
from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures

_NOTES = {
    "is_truncated": "only the beginning was read, as far as the model's `max_length`",
    "is_unknown": "characters that the model's vocabulary does not have",
}


class TextPredictor(Predictor):
    """Base class of the predictors of texts: one signature, its flags.

    Args:
        version: Folder of one version of an export.
        signature: Name of the signature to ask.
        answers: How its answers are written.
    """

    notes = _NOTES

    def __init__(self, version: str | os.PathLike, signature: str, answers: Answers):
        self.answers = answers
        self._signature = load_signatures(version)[signature]

    def size(self, item: bytes) -> int:
        return len(item)

    def _ask(self, items):
        found = self._signature(text=tf.constant(items))
        arrays = {name: value.numpy() for name, value in found.items()}
        flags = {name: arrays[name] for name in self.notes if name in arrays}
        return arrays, flags


class TextClassPredictor(TextPredictor):
    """Asks an export of `TextClassification`; answers are probabilities `(K,)`.

    Args:
        version: Folder of one version of an export.
        answers: How its answers are written.
    """

    def __init__(self, version: str | os.PathLike, answers: ClassAnswers):
        super().__init__(version, "classify", answers)

    def prepare(self, item: bytes) -> bytes:
        return item.strip()  # As the texts of training.

    def ask(self, items: Sequence[bytes], shared: typing.Any = None) -> Found:
        arrays, flags = self._ask(items)
        return list(arrays["probabilities"]), flags


class TranslationPredictor(TextPredictor):
    """Asks an export of `Translation`; answers are translations and their scores.

    Args:
        version: Folder of one version of an export.
        top_k: How many translations of each text, at most the beams that the model was
            exported with; None for the best.
    """

    def __init__(self, version: str | os.PathLike, top_k: int | None = None):
        self._count = top_k or 1
        answers = RankedAnswers(["translation", "score"], self._count)
        signature = "translate" if self._count == 1 else "n_best"
        super().__init__(version, signature, answers)

    def ask(self, items: Sequence[bytes], shared: typing.Any = None) -> Found:
        arrays, flags = self._ask(items)
        texts, scores = (
            arrays[name].reshape(len(items), -1)[:, : self._count]
            for name in ("translation", "score")
        )
        answers = [
            [
                {"translation": text.decode(errors="replace"), "score": short(score)}
                for text, score in zip(*pair)
            ]
            for pair in zip(texts, scores)
        ]
        return answers, flags


class TextScorePredictor(TextPredictor):
    """Asks an export of `LanguageModeling` how likely texts are.

    Answers have the logarithm of the probability, the number of tokens, and the
    perplexity of a token.

    Args:
        version: Folder of one version of an export.
    """

    def __init__(self, version: str | os.PathLike):
        names = ["log_probability", "num_tokens", "perplexity"]
        super().__init__(version, "score", RankedAnswers(names))

    def ask(self, items: Sequence[bytes], shared: typing.Any = None) -> Found:
        arrays, flags = self._ask(items)
        pairs = zip(arrays["log_probability"], arrays["num_tokens"])
        return [[_score(*pair)] for pair in pairs], flags


def _score(log_probability: np.ndarray, num_tokens: np.ndarray) -> dict:
    mean = float(log_probability) / max(int(num_tokens), 1)
    return {
        "log_probability": short(log_probability),
        "num_tokens": int(num_tokens),
        "perplexity": short(math.exp(min(-mean, 700.0))),
    }
