"""Fréchet distance of features, known as FID."""

import numpy as np
import numpy.typing as npt
from scipy import linalg

from kerazoo.evaluation.feature_statistics import FeatureStatistics
from kerazoo.evaluation.features import check_same_size


def frechet_distance(
    real_features: npt.ArrayLike | FeatureStatistics,
    fake_features: npt.ArrayLike | FeatureStatistics,
) -> float:
    r"""Squared Fréchet distance of two normal distributions with the features' moments.

    \(|\mu_r - \mu_f|^2 + \mathrm{tr}(\Sigma_r + \Sigma_f - 2 (\Sigma_r
    \Sigma_f)^{1/2})\), Equation 6 of
    [Heusel et al., 2017](https://arxiv.org/abs/1706.08500). With features of Inception
    it is the Fréchet Inception Distance, FID. It shrinks as samples become more:
    compare only distances of equally many.

    The trace of the root is the sum of the singular values of
    \(\Sigma_r^{1/2} \Sigma_f^{1/2}\), which is exact for singular covariances, as of
    fewer samples than features, too.

    Args:
        real_features: float array `(N, D)`, or `FeatureStatistics`.
        fake_features: float array `(M, D)`, or `FeatureStatistics`.

    Returns:
        float, 0 or more.

    Raises:
        ValueError: If there are fewer than two samples, different numbers of features,
            or values that are not finite.

    Example:

    ```python
    generator = np.random.default_rng(0)
    frechet_distance(generator.normal(size=(100, 8)), generator.normal(size=(100, 8)))
    ```
    """
    real = _statistics("real_features", real_features)
    fake = _statistics("fake_features", fake_features)
    check_same_size(len(real.mean), len(fake.mean))
    difference = real.mean - fake.mean
    roots = linalg.svdvals(_root(real.covariance) @ _root(fake.covariance)).sum()
    traces = np.trace(real.covariance) + np.trace(fake.covariance)
    return max(float(difference @ difference + traces - 2 * roots), 0.0)


def _statistics(name, features):
    if isinstance(features, FeatureStatistics):
        return features
    return FeatureStatistics.of(features, name)


def _root(covariance):
    values, vectors = linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
