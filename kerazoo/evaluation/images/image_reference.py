"""Features of real images, which every evaluation needs again."""

import dataclasses
import os
import pathlib
import typing

import numpy as np

from kerazoo.atomic_files import write_whole
from kerazoo.data.digest import array_digest
from kerazoo.evaluation.feature_statistics import FeatureStatistics


@dataclasses.dataclass(eq=False)
class ImageReference:
    """What generated images are compared with.

    Args:
        statistics: `FeatureStatistics` of all real images.
        features: float32 array `(N, D)`, the features of all or some of them.

    Example:

    ```python
    images = np.random.default_rng(0).uniform(-1, 1, (200, 8, 8, 1))
    labels = np.arange(200) % 10
    classifier = ClassifierFeatures.trained(images, labels, images, labels)
    reference = ImageReference.of(classifier, images, "noise")
    evaluate_images(reference, classifier(images[:100]))
    ```
    """

    statistics: FeatureStatistics
    features: np.ndarray

    @classmethod
    def of(
        cls,
        extractor: typing.Any,
        images: np.ndarray,
        name: str,
        cache_dir: str | os.PathLike | None = None,
        max_features: int = 10_000,
    ) -> typing.Self:
        """Computes the features of real images, or reads them.

        Args:
            extractor: `ClassifierFeatures` or `InceptionFeatures`.
            images: float array `(N, H, W, C)`, -1 to 1.
            name: str. Name of the dataset.
            cache_dir: path of a folder for
                `reference-<name>-<N>x<H>x<W>x<C>-<extractor>-<digest>.npz`, or None to
                keep nothing.
            max_features: int. Features to keep: of so many images, always the same.

        Returns:
            `ImageReference`.
        """
        if cache_dir is None:
            return cls._computed(extractor, images, max_features)
        size = "x".join(map(str, images.shape))
        digest = array_digest(images, np.array(max_features))
        path = pathlib.Path(
            cache_dir, f"reference-{name}-{size}-{extractor.key}-{digest}.npz"
        )
        if not path.exists():
            reference = cls._computed(extractor, images, max_features)
            arrays = dataclasses.asdict(reference.statistics)
            arrays["features"] = reference.features
            write_whole(path, lambda part: np.savez(part, **arrays))
        with np.load(path) as arrays:
            statistics = FeatureStatistics(
                arrays["mean"], arrays["covariance"], int(arrays["count"])
            )
            return cls(statistics, arrays["features"])

    @classmethod
    def _computed(cls, extractor, images, max_features):
        features = extractor(images)
        statistics = FeatureStatistics.of(features)
        if len(features) > max_features:
            generator = np.random.default_rng(0)
            features = features[
                generator.choice(len(features), max_features, replace=False)
            ]
        return cls(statistics, features)
