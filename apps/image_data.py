"""The images that flags name, and what generated ones are measured with."""

import os
import pathlib
import warnings

from absl import flags

from apps import data_flags as data

IMAGE_SIZE = flags.DEFINE_integer(
    "image_size", None, "Height and width to bring images to, in pixels.", 4
)
FLIP = flags.DEFINE_boolean("flip", False, "Mirrors half of the training images.")
EXTRACTOR = flags.DEFINE_enum(
    "feature_extractor",
    "auto",
    ["auto", "classifier", "inception", "none"],
    "What FID and its kin compare. classifier: a small one, trained on the dataset. "
    "inception: Keras's InceptionV3, downloaded. auto: a classifier where there are "
    "labels, else Inception where its weights can be had.",
)
_DEFAULT = "digits"
_FEWEST = 6  # Images for a ball that reaches to the fifth neighbour.


def dataset_name():
    """Returns the name of the dataset, for folders."""
    name = data.DATASET.value or _DEFAULT
    if name == "folder" and data.DATA_DIR.value:
        return pathlib.Path(data.DATA_DIR.value).absolute().name
    return name


def load_images():
    """Returns the `ImageDataset` of the flags."""
    from kerazoo.data.images.loading import load

    name = data.DATASET.value or _DEFAULT
    return load(name, data.DATA_DIR.value, IMAGE_SIZE.value)


def cache_dir():
    """Returns the folder of what is trained or computed once for a dataset."""
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(root, "kerazoo", "evaluation")


class ImageEvaluation:
    """Measures generated images against those of a dataset.

    Args:
        dataset: `ImageDataset`.

    Attributes:
        is_possible: bool. Whether there is anything to compare features of.
    """

    def __init__(self, dataset):
        from kerazoo.evaluation.images.channel_classifier import ChannelClassifier
        from kerazoo.evaluation.images.classifier_features import ClassifierFeatures
        from kerazoo.evaluation.images.image_reference import ImageReference
        from kerazoo.evaluation.images.inception_features import InceptionFeatures

        kind = EXTRACTOR.value
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
                f"--dataset={dataset.name} has {len(train)} images to train on, too "
                f"few to measure others by: {_FEWEST} at least, or "
                "--feature_extractor=none."
            )
        if kind == "classifier":
            labelled = (
                train,
                dataset.train_labels,
                dataset.normalize(dataset.test_images),
                dataset.test_labels,
            )
            kept = {"cache_dir": cache_dir(), "name": dataset.name}
            if dataset.name.startswith("stacked_"):
                classes = round(dataset.num_classes ** (1 / 3))
                self._extractor = ChannelClassifier.trained(*labelled, classes, **kept)
            else:
                self._extractor = ClassifierFeatures.trained(*labelled, **kept)
        self._num_classes = dataset.num_classes
        self._classifies = kind == "classifier"
        self._reference = ImageReference.of(
            self._extractor, train, dataset.name, cache_dir()
        )

    def measure(self, images, labels=None):
        """Returns `fid`, `kid` and more of generated images as a dict.

        With a classifier also `modes`, the classes that occur, and `reverse_kl`, how
        unevenly, and of one that knows probabilities `inception_score`.

        Args:
            images: float32 array `(N, H, W, C)` in [-1, 1].
            labels: int array `(N,)`, the classes that were asked for, or None.
        """
        from kerazoo.evaluation.images.evaluate_images import evaluate_images
        from kerazoo.evaluation.inception_score import inception_score
        from kerazoo.evaluation.mode_coverage import class_coverage

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
