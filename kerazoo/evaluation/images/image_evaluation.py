"""What generated images are measured with, as a dataset allows it."""

import os
import pathlib
import typing
import warnings

import numpy as np

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.evaluation.images.channel_classifier import ChannelClassifier
from kerazoo.evaluation.images.classifier_features import ClassifierFeatures
from kerazoo.evaluation.images.comparison import evaluate_images
from kerazoo.evaluation.images.image_reference import ImageReference
from kerazoo.evaluation.images.inception_features import InceptionFeatures
from kerazoo.evaluation.inception import inception_score
from kerazoo.evaluation.mode_coverage import class_coverage

EXTRACTORS = ("auto", "classifier", "inception", "none")
_FEWEST = 6  # Images for a ball that reaches to the fifth neighbour.


class ImageEvaluation:
    """Measures generated images against those of a dataset.

    Args:
        dataset: `ImageDataset`.
        feature_extractor: What FID and its kin compare. `"classifier"`: a small one,
            trained on the dataset; `"inception"`: Keras's InceptionV3, downloaded;
            `"none"`; `"auto"`: a classifier where there are labels, else Inception
            where its weights can be had.
        cache_dir: Folder of what is trained or computed once for a dataset. Default:
            `~/.cache/kerazoo/evaluation`, or in `XDG_CACHE_HOME`.

    Attributes:
        is_possible: bool. Whether there is anything to compare features of.

    Raises:
        ValueError: If the dataset has too few images.
        OSError: If Inception is asked for and cannot be downloaded.

    Example:

    ```python
    from kerazoo.data.images import load

    dataset = load("digits")
    images = dataset.normalize(dataset.test_images[:100])  # -1 to 1.
    ImageEvaluation(dataset).measure(images)["fid"]
    ```
    """

    def __init__(
        self,
        dataset: ImageDataset,
        feature_extractor: str = "auto",
        cache_dir: str | os.PathLike | None = None,
    ):
        self._extractor: typing.Any
        kind = feature_extractor
        cache_dir = default_cache_dir() if cache_dir is None else cache_dir
        has_labels = dataset.train_labels is not None and len(dataset.test_images)
        if kind == "auto" and has_labels:
            kind = "classifier"
        if kind == "auto":
            try:
                self._extractor = InceptionFeatures()
                kind = "inception"
            except OSError as error:
                warnings.warn(f"No FID: {error}", stacklevel=2)
                kind = "none"
        elif kind == "inception":
            self._extractor = InceptionFeatures()
        self.is_possible = kind != "none"
        if not self.is_possible:
            return
        train = dataset.normalize(dataset.train_images)
        if len(train) < _FEWEST:
            raise ValueError(
                f"The dataset has {len(train)} images to train on, too few to measure "
                f"others by: {_FEWEST} at least, or `feature_extractor` none. "
                f"Received: dataset={dataset.name}"
            )
        if kind == "classifier":
            self._extractor = _trained_classifier(dataset, train, cache_dir)
        self._num_classes = dataset.num_classes
        self._classifies = kind == "classifier"
        self._reference = ImageReference.of(
            self._extractor, train, dataset.name, cache_dir
        )

    def measure(
        self, images: np.ndarray, labels: np.ndarray | None = None
    ) -> dict[str, typing.Any]:
        """Returns `fid`, `kid` and more of generated images as a dict.

        With a classifier also `modes`, the classes that occur, and `reverse_kl`, how
        unevenly, and of one that knows probabilities `inception_score`.

        Args:
            images: float32 array `(N, H, W, C)` in [-1, 1].
            labels: int array `(N,)`, the classes that were asked for, or None.
        """
        if not self.is_possible:
            return {"feature_extractor": None}
        features = self._extractor(images)
        result = evaluate_images(self._reference, features)
        if self._classifies:
            classes = self._extractor.classes(images)
            result |= class_coverage(classes, self._num_classes)
            if hasattr(self._extractor, "predict"):
                probabilities = self._extractor.predict(images)
                result["inception_score"] = inception_score(probabilities)
            if labels is not None:
                result["label_agreement"] = float((classes == labels).mean())
        return {**result, "feature_extractor": self._extractor.name}


def default_cache_dir() -> pathlib.Path:
    """Returns the folder of what is trained or computed once for a dataset."""
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(root, "kerazoo", "evaluation")


def _trained_classifier(dataset, train, cache_dir):
    labelled = (
        train,
        dataset.train_labels,
        dataset.normalize(dataset.test_images),
        dataset.test_labels,
    )
    kept = {"cache_dir": cache_dir, "name": dataset.name}
    if dataset.classes_per_channel is not None:
        return ChannelClassifier.trained(*labelled, dataset.classes_per_channel, **kept)
    return ClassifierFeatures.trained(*labelled, **kept)
