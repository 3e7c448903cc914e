"""How good a division of a graph into communities is."""

import numpy as np
from scipy import sparse


def community_metrics(
    source: np.ndarray,
    target: np.ndarray,
    communities: np.ndarray,
    edge_weights: np.ndarray | None = None,
    labels: np.ndarray | None = None,
) -> dict[str, float]:
    r"""Returns modularity and conductance, and agreement with known classes.

    With the weights \(m_c\) within community c and the degrees \(d_c\) in it,
    modularity is \(\sum_c \frac{m_c}{m} - (\frac{d_c}{2m})^2\)
    ([Newman, 2006](https://arxiv.org/abs/physics/0602124)). Conductance is the mean
    over the nodes' communities of \(\frac{\text{cut}_c}{\min(d_c, 2m - d_c)}\), the
    smaller the better. The normalised mutual information (arithmetic mean) and the
    adjusted Rand index are scikit-learn's.

    Args:
        source, target: int `(E,)`, both directions of every edge.
        communities: int `(N,)`, from 0.
        edge_weights: float `(E,)` or None for ones.
        labels: int `(N,)` of known classes, -1 where unknown; or None.

    Returns:
        dict of `modularity`, `conductance`, `num_communities`, and where classes are
        known `nmi` and `ari`.

    Example:

    ```python
    source, target = np.array([0, 1, 2, 3]), np.array([1, 0, 3, 2])
    community_metrics(source, target, np.array([0, 0, 1, 1]))["modularity"]  # 0.5
    ```
    """
    found = np.unique(communities, return_inverse=True)[1]
    count = int(found.max()) + 1
    weights = np.ones(len(source)) if edge_weights is None else edge_weights
    between = sparse.coo_array(
        (np.asarray(weights, "float64"), (found[source], found[target])),
        (count, count),
    ).tocsr()
    within, degrees = between.diagonal(), between.sum(axis=1)
    total = degrees.sum()
    smaller = np.minimum(degrees, total - degrees)
    cut = degrees - within
    conductance = np.divide(cut, smaller, out=np.zeros(count), where=smaller > 0)
    result: dict[str, float] = {
        "modularity": float((within / total - (degrees / total) ** 2).sum()),
        "conductance": float(conductance.mean()),
        "num_communities": float(count),
    }
    if labels is not None and (labels >= 0).any():
        result |= _agreement(labels, communities)
    return result


def _agreement(labels, communities):
    from sklearn import metrics

    known = labels >= 0
    pair = labels[known], communities[known]
    return {
        "nmi": float(metrics.normalized_mutual_info_score(*pair)),
        "ari": float(metrics.adjusted_rand_score(*pair)),
    }
