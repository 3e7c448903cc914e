"""All measures of generated images at once."""

from kerazoo.evaluation.density_coverage import density_coverage
from kerazoo.evaluation.frechet_distance import frechet_distance
from kerazoo.evaluation.images.image_reference import ImageReference
from kerazoo.evaluation.kernel_distance import kernel_distance
from kerazoo.evaluation.precision_recall import precision_recall


def evaluate_images(
    real_features,
    fake_features,
    num_subsets=100,
    subset_size=1_000,
    precision_neighbors=3,
    density_neighbors=5,
    seed=2_020,
):
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
    statistics = real_features
    if isinstance(real_features, ImageReference):
        statistics, real_features = real_features.statistics, real_features.features
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
