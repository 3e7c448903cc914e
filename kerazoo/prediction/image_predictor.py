"""Predictor of exports that take images."""

import os
import pathlib
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.data.images.fitted_file import read_fitted_file
from kerazoo.prediction.answers import ClassAnswers
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class ImageClassPredictor(Predictor):
    """Asks an export of `ImageClassification`; answers are probabilities `(K,)`.

    Images are cut and scaled as those of training are.

    Args:
        version: Folder of one version of an export.
        answers: How its answers are written.
        image_shape: `(H, W, C)` of its images.
    """

    takes_long = True

    def __init__(
        self,
        version: str | os.PathLike,
        answers: ClassAnswers,
        image_shape: Sequence[int],
    ):
        self.answers = answers
        height, width, channels = image_shape
        self._shape = height, width, channels
        self._classify = load_signatures(version)["classify"]

    def prepare(self, item: pathlib.Path | np.ndarray) -> np.ndarray:
        """Returns the uint8 array `(H, W, C)` of a file, or the array itself."""
        if isinstance(item, np.ndarray):
            return item
        return read_fitted_file(item, self._shape, to_grey=self._shape[-1] == 1)

    def ask(self, items: Sequence[np.ndarray], shared: typing.Any = None) -> Found:
        found = self._classify(images=tf.constant(np.stack(items)))
        return list(found["probabilities"].numpy()), {}
