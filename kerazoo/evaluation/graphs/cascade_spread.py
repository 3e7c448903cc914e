"""How many nodes seeds activate."""

import numpy as np

from kerazoo.data.graphs.cascades import Cascades


def influence_spread(
    cascades: Cascades,
    seeds: np.ndarray,
    count: int = 10_000,
    seed: int | tuple[int, ...] = 0,
) -> dict[str, float]:
    """Measures the spread of seeds by simulated cascades.

    Args:
        cascades: The graph, and how its nodes activate others.
        seeds: int `(S,)`. Nodes that are active at first.
        count: Number of cascades, at least 2.
        seed: Of the random numbers.

    Returns:
        dict of `spread`, the mean number of active nodes, seeds among them, and
        `spread_error`, the standard error of this mean.

    Example:

    ```python
    from kerazoo.data.graphs.cascades import Cascades

    cascades = Cascades(np.array([0, 0]), np.array([1, 2]), 1.0, num_nodes=3)
    influence_spread(cascades, [0])["spread"]  # 3.0
    ```
    """
    sizes = cascades.sizes(seeds, count, seed)
    return {
        "spread": float(sizes.mean()),
        "spread_error": float(sizes.std(ddof=1) / count**0.5),
    }
