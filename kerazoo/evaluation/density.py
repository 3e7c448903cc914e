"""Density and coverage of a generator."""

import numpy.typing as npt

from kerazoo.evaluation.features import check_pair
from kerazoo.evaluation.neighbor_balls import NeighborBalls


def density_coverage(
    real_features: npt.ArrayLike, fake_features: npt.ArrayLike, num_neighbors: int = 5
) -> tuple[float, float]:
    r"""How densely generated samples lie where real ones do, and how many they reach.

    Around each real sample is an open ball that reaches to its k-th neighbour. Density
    is \(1/(kM)\) times the number of pairs of a ball and a generated sample in it, 1
    for equal distributions and more for samples that keep to the dense parts. Coverage
    is the share of the balls with a generated sample in them. Section 3 of
    [Naeem et al., 2020](https://arxiv.org/abs/2002.09797).

    Args:
        real_features: float array `(N, D)`.
        fake_features: float array `(M, D)`.
        num_neighbors: int. k.

    Returns:
        Pair of float, density (0 or more) and coverage (in [0, 1]).

    Raises:
        ValueError: If there are not more than k samples, different numbers of
            features, or values that are not finite.

    Example:

    ```python
    generator = np.random.default_rng(0)
    density, coverage = density_coverage(
        generator.normal(size=(100, 8)), generator.normal(size=(100, 8))
    )
    ```
    """
    if num_neighbors < 1:
        raise ValueError(
            f"`num_neighbors` must be positive. Received: num_neighbors={num_neighbors}"
        )
    real, fake = check_pair(real_features, fake_features, num_neighbors)
    balls = NeighborBalls(real, num_neighbors, closed=False)
    density = balls.counts(fake).mean() / num_neighbors
    return float(density), float(balls.occupied(fake).mean())
