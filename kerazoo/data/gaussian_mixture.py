"""Mixtures of Gaussians in the plane, the toys on which modes can be counted."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Round Gaussians of one width in the plane, all equally likely.

    Args:
        centers: float32 array `(K, 2)`.
        sigma: float. Standard deviation of each in each direction.

    Raises:
        ValueError: If there are no centres in the plane or `sigma` is not positive.

    Example:

    ```python
    mixture = ring()
    mixture.sample(2_500, seed=0)  # (2500, 2)
    ```
    """

    centers: np.ndarray
    sigma: float

    def __post_init__(self):
        if np.ndim(self.centers) != 2 or np.shape(self.centers)[1] != 2:
            raise ValueError(
                "`centers` must be (K, 2). "
                f"Received: centers.shape={np.shape(self.centers)}"
            )
        if not len(self.centers):
            raise ValueError("Expected at least one centre. Received: centers=[]")
        if not self.sigma > 0:
            raise ValueError(f"`sigma` must be positive. Received: sigma={self.sigma}")

    @property
    def num_modes(self) -> int:
        """Number of Gaussians, K."""
        return len(self.centers)

    def sample(self, count: int, seed: int) -> np.ndarray:
        """Draws independent points, the same for the same seed.

        Args:
            count: int.
            seed: int.

        Returns:
            float32 array `(count, 2)`.
        """
        generator = np.random.default_rng(seed)
        modes = generator.integers(self.num_modes, size=count)
        noise = generator.standard_normal((count, 2), np.float32)
        return (self.centers[modes] + self.sigma * noise).astype(np.float32)


def ring(modes: int = 8, radius: float = 1.0, sigma: float = 0.01) -> GaussianMixture:
    """Returns Gaussians at equal distances on a circle around 0.

    The defaults are the 2D-ring of [Lin et al., 2018](https://arxiv.org/abs/1712.04086),
    Section 4.1, after [Srivastava et al., 2017](https://arxiv.org/abs/1705.07761).

    Args:
        modes: int. Number of Gaussians.
        radius: float. Radius of the circle; the first centre is at (radius, 0).
        sigma: float. Standard deviation of each Gaussian.

    Returns:
        `GaussianMixture`.

    Raises:
        ValueError: If `modes` or `sigma` is not positive.

    Example:

    ```python
    ring().centers  # (8, 2)
    ```
    """
    angles = 2 * np.pi * np.arange(modes) / modes
    centers = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return GaussianMixture(centers.astype(np.float32), sigma)


def grid(side: int = 5, spacing: float = 2.0, sigma: float = 0.05) -> GaussianMixture:
    """Returns Gaussians on a square grid around 0.

    The defaults, with centres at -4, -2, 0, 2 and 4, are the 2D-grid of
    [Lin et al., 2018](https://arxiv.org/abs/1712.04086), Section 4.1, after
    [Srivastava et al., 2017](https://arxiv.org/abs/1705.07761).

    Args:
        side: int. Gaussians in a row, and rows.
        spacing: float. Distance of neighbouring centres.
        sigma: float. Standard deviation of each Gaussian.

    Returns:
        `GaussianMixture`.

    Raises:
        ValueError: If `side` or `sigma` is not positive.

    Example:

    ```python
    grid().centers  # (25, 2)
    ```
    """
    line = spacing * (np.arange(side) - (side - 1) / 2)
    centers = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    return GaussianMixture(centers.reshape(-1, 2).astype(np.float32), sigma)


MIXTURES = {"grid": grid, "ring": ring}
