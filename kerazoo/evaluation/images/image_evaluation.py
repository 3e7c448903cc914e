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
# Samples for each feature, below which FID is mostly about their number.
_SHARE_OF_FEATURES = 0.5
_BETTER_THAN_CHANCE = 0.2  # Of the way from chance to a classifier without errors.


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
        too_few = len(dataset.train_images) < _FEWEST
        if kind == "auto" and too_few:
            warnings.warn(
                f"No FID: {dataset.name} has {len(dataset.train_images)} images to "
                f"train on, and {_FEWEST} at least are compared with",
                stacklevel=2,
            )
            kind = "none"
        # Of one class there is nothing to tell apart.
        if kind == "auto" and dataset.num_classes > 1 and len(dataset.test_images):
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
        if too_few:
            raise ValueError(
                f"The dataset has {len(train)} images to train on, too few to measure "
                f"others by: {_FEWEST} at least, or `feature_extractor` none. "
                f"Received: dataset={dataset.name}"
            )
        if kind == "classifier":
            self._extractor = _trained_classifier(dataset, train, cache_dir)
            _warn_of_chance(self._extractor.test_accuracy, dataset)
        self._num_classes = dataset.num_classes
        self._classifies = kind == "classifier"
        self._reference = ImageReference.of(
            self._extractor, train, dataset.name, cache_dir
        )
        self._is_warned = False

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
        self._warn_of_few(features)
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

    def _warn_of_few(self, features):
        """Warns once of covariances that so few samples cannot have."""
        count, size = features.shape
        fewest = min(count, self._reference.statistics.count)
        if fewest >= _SHARE_OF_FEATURES * size or self._is_warned:
            return
        self._is_warned = True
        kind = "generated" if fewest == count else "real"
        warnings.warn(
            f"FID says little here: {fewest} {kind} images are too few for the "
            f"covariance of {size} features, and fewer images make it larger. Compare "
            f"it only with FIDs of as many, or look at KID, which does not depend on "
            "their number.",
            stacklevel=3,
        )


def default_cache_dir() -> pathlib.Path:
    """Returns the folder of what is trained or computed once for a dataset."""
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(root, "kerazoo", "evaluation")


def _warn_of_chance(accuracy, dataset):
    """Warns of a classifier that knows no more of the classes than chance does."""
    labels = dataset.test_labels
    if labels is None or not len(labels):
        return
    classes = dataset.classes_per_channel or dataset.num_classes
    chance = max(np.bincount(labels).max() / len(labels), 1 / classes)
    if accuracy >= chance + _BETTER_THAN_CHANCE * (1 - chance):
        return
    warnings.warn(
        "FID, KID, precision, recall, density, coverage, modes and label agreement "
        "mean nothing here: the classifier that they are measured with is right about "
        f"{accuracy:.3f} of the test images of {classes} classes, of which chance "
        f"finds {chance:.3f}. Give more images of each "
        "class, or take `feature_extractor` inception or none.",
        stacklevel=3,
    )


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
