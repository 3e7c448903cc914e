"""All measures of generated images at once."""

import numpy.typing as npt

from kerazoo.evaluation.density import density_coverage
from kerazoo.evaluation.feature_statistics import FeatureStatistics
from kerazoo.evaluation.frechet import frechet_distance
from kerazoo.evaluation.images.image_reference import ImageReference
from kerazoo.evaluation.kernel import kernel_distance
from kerazoo.evaluation.precision import precision_recall


def evaluate_images(
    real_features: npt.ArrayLike | ImageReference,
    fake_features: npt.ArrayLike,
    num_subsets: int = 100,
    subset_size: int = 1_000,
    precision_neighbors: int = 3,
    density_neighbors: int = 5,
    seed: int = 2_020,
) -> dict[str, float]:
    """Compares the features of generated images with those of real ones.

    Args:
        real_features: float array `(N, D)` or `ImageReference`.
        fake_features: float array `(M, D)`.
        num_subsets: int. Of `kernel_distance`.
        subset_size: int. Of `kernel_distance`.
        precision_neighbors: int. Neighbours k of `precision_recall`.
        density_neighbors: int. Neighbours k of `density_coverage`.
        seed: int. Seed of the subsets.

    Returns:
        dict of float: `fid` and `kid` (the less the better), `precision`, `recall`,
        `density` and `coverage` (the more the better).

    Raises:
        ValueError: If there are too few samples, different numbers of features, or
            values that are not finite.

    Example:

    ```python
    generator = np.random.default_rng(0)
    evaluate_images(generator.normal(size=(100, 8)), generator.normal(size=(100, 8)))
    ```
    """
    statistics: npt.ArrayLike | FeatureStatistics
    if isinstance(real_features, ImageReference):
        statistics, real_features = real_features.statistics, real_features.features
    else:
        statistics = real_features
    precision, recall = precision_recall(
        real_features, fake_features, precision_neighbors
    )
    density, coverage = density_coverage(
        real_features, fake_features, density_neighbors
    )
    return {
        "fid": frechet_distance(statistics, fake_features),
        "kid": kernel_distance(
            real_features, fake_features, num_subsets, subset_size, seed
        ),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }
