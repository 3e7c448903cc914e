"""Kernel distance of features, known as KID."""

import numpy as np
import numpy.typing as npt

from kerazoo.evaluation.features import check_pair
from kerazoo.progress import track


def kernel_distance(
    real_features: npt.ArrayLike,
    fake_features: npt.ArrayLike,
    num_subsets: int = 100,
    subset_size: int = 1_000,
    seed: int = 2_020,
) -> float:
    r"""Mean over subsets of the unbiased squared maximum mean discrepancy.

    For subsets x and y of m features each it is
    \(\frac{1}{m(m-1)} \sum_{i \ne j} (k(x_i, x_j) + k(y_i, y_j))
    - \frac{2}{m^2} \sum_{i,j} k(x_i, y_j)\) with the kernel
    \(k(x, y) = (x^T y / D + 1)^3\), Section 4 of
    [Bińkowski et al., 2018](https://arxiv.org/abs/1801.01401). Its expectation does not
    depend on the number of samples, and equal distributions have 0, so that it may be
    slightly negative. Subsets are those of torch-fidelity with the same seed.

    Args:
        real_features: float array `(N, D)`.
        fake_features: float array `(M, D)`.
        num_subsets: int.
        subset_size: int. m, or the lesser of N and M where that is less.
        seed: int. Seed of the subsets.

    Returns:
        float.

    Raises:
        ValueError: If there are fewer than two samples, different numbers of features,
            values that are not finite, or no subsets of at least two are asked for.

    Example:

    ```python
    generator = np.random.default_rng(0)
    kernel_distance(generator.normal(size=(100, 8)), generator.normal(size=(100, 8)))
    ```
    """
    real, fake = check_pair(real_features, fake_features)
    if num_subsets < 1 or subset_size < 2:
        raise ValueError(
            "Expected subsets of two or more. "
            f"Received: num_subsets={num_subsets}, subset_size={subset_size}"
        )
    size = min(subset_size, len(real), len(fake))
    generator = np.random.RandomState(seed)
    distances = []
    for _ in track(range(num_subsets), "Kernel distance", unit="subsets"):
        some_fake = fake[generator.choice(len(fake), size, replace=False)]
        some_real = real[generator.choice(len(real), size, replace=False)]
        distances.append(_squared_discrepancy(some_real, some_fake))
    return float(np.mean(distances))


def _squared_discrepancy(x, y):
    m = len(x)
    within = sum(
        _kernel(z @ z.T, z.shape[1]).sum()
        - _kernel(np.square(z).sum(axis=1), z.shape[1]).sum()
        for z in (x, y)
    )
    between = _kernel(x @ y.T, x.shape[1]).mean()
    return within / (m * (m - 1)) - 2 * between


def _kernel(products, size):
    """Returns the kernel of scalar products of features, in their place."""
    products /= size
    products += 1
    products *= np.square(products)  # Many times faster than a power.
    return products
