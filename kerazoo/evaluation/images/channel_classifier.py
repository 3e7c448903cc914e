"""A classifier of images whose channels are images of their own."""

import os
import typing

import numpy as np

from kerazoo.evaluation.images.classifier_features import ClassifierFeatures


class ChannelClassifier:
    r"""Features and classes of stacked images, channel by channel.

    A classifier of grey images of K classes sees each channel. The features are those
    of all channels side by side; the class of channels of classes a, b, c is
    \(K^2 a + K b + c\), as in [Metz et al., 2016](https://arxiv.org/abs/1611.02163).

    Args:
        classifier: `ClassifierFeatures` of grey images.
        num_classes: int. K.

    Attributes:
        name: str. What results say they were measured with.
        key: str. Tells extractors apart in names of files.

    Example:

    ```python
    from kerazoo.data.images import load, stacked_images

    dataset = stacked_images(load("digits"), count=3_000)
    classifier = ChannelClassifier.trained(
        dataset.normalize(dataset.train_images),
        dataset.train_labels,
        dataset.normalize(dataset.test_images),
        dataset.test_labels,
        num_classes=10,
    )
    classifier.classes(dataset.normalize(dataset.test_images))  # From 0 to 999.
    ```
    """

    def __init__(self, classifier: ClassifierFeatures, num_classes: int):
        self.classifier = classifier
        self.num_classes = num_classes
        self.test_accuracy = classifier.test_accuracy
        self.name = f"{classifier.name} of each channel"
        self.key = f"channels-{classifier.key}"

    @classmethod
    def trained(
        cls,
        images: np.ndarray,
        labels: np.ndarray,
        test_images: np.ndarray,
        test_labels: np.ndarray,
        num_classes: int,
        cache_dir: str | os.PathLike | None = None,
        name: str = "images",
    ) -> typing.Self:
        """Trains the classifier on all channels, or reads the one trained before.

        Args:
            images, labels, test_images, test_labels: As of
                `ClassifierFeatures.trained`, of stacked images.
            num_classes: int. Classes K of a channel.
            cache_dir, name: As of `ClassifierFeatures.trained`.

        Returns:
            `ChannelClassifier`.
        """
        count = images.shape[-1]

        def channels(images, labels):
            powers = num_classes ** np.arange(count - 1, -1, -1)
            grey = np.moveaxis(images, -1, 0).reshape(-1, *images.shape[1:3], 1)
            if labels is None:
                return grey, None
            return grey, (labels // powers[:, np.newaxis] % num_classes).reshape(-1)

        images, labels = channels(images, labels)
        test_images, test_labels = channels(test_images, test_labels)
        classifier = ClassifierFeatures.trained(
            images, labels, test_images, test_labels, cache_dir, name
        )
        return cls(classifier, num_classes)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Returns the features of images `(N, H, W, C)`: float32 `(N, C * D)`."""
        return np.concatenate(self._each(self.classifier, images), axis=1)

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Returns the class of each image, int `(N,)`."""
        classes = np.zeros(len(images), np.int64)
        for found in self._each(self.classifier.classes, images):
            classes = self.num_classes * classes + found
        return classes

    def label_agreement(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Returns the share of images whose class is the one that was asked for."""
        return float((self.classes(images) == labels).mean())

    def _each(self, function, images):
        return [function(images[..., c : c + 1]) for c in range(images.shape[-1])]
