"""Predictor of exports that take sounds."""

import os
import pathlib
import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.data.sound.mono_sound import read_mono
from kerazoo.prediction.answers import ClassAnswers
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class SoundClassPredictor(Predictor):
    """Asks an export of `SoundClassification`; answers are probabilities `(K,)`.

    Channels are mixed and brought to the rate of the model.

    Args:
        version: Folder of one version of an export.
        answers: How its answers are written.
        metadata: What was noted about it: its `sample_rate`, and of its `limits`
            `max_seconds`.
    """

    takes_long = True

    def __init__(
        self,
        version: str | os.PathLike,
        answers: ClassAnswers,
        metadata: Mapping[str, typing.Any],
    ):
        self.answers = answers
        self._rate = int(metadata["sample_rate"])
        self._most_seconds = metadata["limits"]["max_seconds"]
        self._classify = load_signatures(version)["classify_samples"]

    def prepare(self, item: pathlib.Path | np.ndarray) -> np.ndarray:
        """Returns the float32 samples `(T,)` of a file, or the array itself."""
        if not isinstance(item, np.ndarray):
            try:
                item = read_mono(item, self._rate)
            except (OSError, ModuleNotFoundError) as error:
                raise ValueError(str(error)) from error
        seconds = len(item) / self._rate
        if seconds > self._most_seconds:
            raise ValueError(
                f"{seconds:.4g} seconds, where the model takes {self._most_seconds} at "
                "most"
            )
        return item

    def size(self, item: np.ndarray) -> int:
        return len(item)

    def ask(self, items: Sequence[np.ndarray], shared: typing.Any = None) -> Found:
        lengths = np.array([len(item) for item in items], np.int32)
        samples = np.zeros((len(items), lengths.max()), np.float32)
        for row, item in zip(samples, items):
            row[: len(item)] = item
        found = self._classify(samples=tf.constant(samples), lengths=lengths)
        return list(found["probabilities"].numpy()), {}
