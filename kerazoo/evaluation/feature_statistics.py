"""Mean and covariance of features."""

import dataclasses
import typing

import numpy as np
import numpy.typing as npt

from kerazoo.evaluation.features import check_features


@dataclasses.dataclass(eq=False)
class FeatureStatistics:
    """All that the Fréchet distance needs of many features.

    Args:
        mean: float64 array `(D,)`.
        covariance: float64 array `(D, D)`, with N - 1 in the denominator.
        count: int. Number of features N.

    Example:

    ```python
    statistics = FeatureStatistics.of(np.random.default_rng(0).normal(size=(100, 8)))
    ```
    """

    mean: np.ndarray
    covariance: np.ndarray
    count: int

    @classmethod
    def of(cls, features: npt.ArrayLike, name: str = "features") -> typing.Self:
        """Returns the statistics of features.

        Args:
            features: float array `(N, D)` with N at least 2.
            name: str. What the features are called in errors.

        Raises:
            ValueError: If it is no such array, or has values that are not finite.
        """
        features = check_features(name, features)
        covariance = np.atleast_2d(np.cov(features, rowvar=False))
        return cls(features.mean(axis=0), covariance, len(features))
