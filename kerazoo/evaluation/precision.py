"""Precision and recall of a generator."""

import numpy.typing as npt

from kerazoo.evaluation.features import check_pair
from kerazoo.evaluation.neighbor_balls import NeighborBalls


def precision_recall(
    real_features: npt.ArrayLike, fake_features: npt.ArrayLike, num_neighbors: int = 3
) -> tuple[float, float]:
    r"""Shares of samples within the manifold of the other side.

    The manifold of samples is the union of the closed balls around each that reach to
    its k-th neighbour. Precision is the share of generated samples in that of the real
    ones, recall the share of real samples in that of the generated ones, Equations 1
    to 3 of [Kynkäänniemi et al., 2019](https://arxiv.org/abs/1904.06991). Both depend
    on the numbers of samples; the paper has as many real as generated ones.

    Args:
        real_features: float array `(N, D)`.
        fake_features: float array `(M, D)`.
        num_neighbors: int. k.

    Returns:
        Pair of float in [0, 1], precision and recall.

    Raises:
        ValueError: If there are not more than k samples, different numbers of
            features, or values that are not finite.

    Example:

    ```python
    generator = np.random.default_rng(0)
    precision, recall = precision_recall(
        generator.normal(size=(100, 8)), generator.normal(size=(100, 8))
    )
    ```
    """
    if num_neighbors < 1:
        raise ValueError(
            f"`num_neighbors` must be positive. Received: num_neighbors={num_neighbors}"
        )
    real, fake = check_pair(real_features, fake_features, num_neighbors)
    real_balls = NeighborBalls(real, num_neighbors, closed=True)
    fake_balls = NeighborBalls(fake, num_neighbors, closed=True)
    precision = (real_balls.counts(fake) > 0).mean()
    recall = (fake_balls.counts(real) > 0).mean()
    return float(precision), float(recall)
