"""Greedy moves of nodes between communities, which raise modularity."""

import numpy as np
from scipy import sparse

_LEAST_GAIN = 1e-9


def local_moves(
    source: np.ndarray,
    target: np.ndarray,
    communities: np.ndarray,
    edge_weights: np.ndarray | None = None,
    seed: int = 0,
    merge_gain: float = 0.0,
) -> np.ndarray:
    """Improves communities by the moves of the Louvain method, from where they are.

    Nodes move to the community of a neighbour as long as that raises modularity; then
    whole communities do, which merges them; and so on until neither does
    ([Blondel et al., 2008](https://arxiv.org/abs/0803.0476), with a start of its own).
    Modularity never falls, and no community is new.

    Args:
        source, target: int `(E,)`, both directions of every edge.
        communities: int `(N,)`, from 0, the start.
        edge_weights: float `(E,)` or None for ones.
        seed: Of the order of the nodes.
        merge_gain: Communities merge where that raises modularity by more than this.

    Returns:
        int32 `(N,)`, the numbers of communities of the start.

    Example:

    ```python
    source, target = np.array([0, 1, 2, 3, 1, 2]), np.array([1, 0, 3, 2, 2, 1])
    local_moves(source, target, np.array([0, 1, 2, 3]))  # Two pairs.
    ```
    """
    count = len(communities)
    weights = np.ones(len(source)) if edge_weights is None else edge_weights
    matrix = sparse.csr_array(
        (np.asarray(weights, "float64"), (source, target)), (count, count)
    )
    matrix.sum_duplicates()
    random = np.random.default_rng(seed)
    found = np.array(communities, np.int64)
    if not matrix.nnz:
        return found.astype(np.int32)
    while True:
        before = found.copy()
        found = _move(matrix, found, random)
        # Whole communities as nodes, each of which begins alone.
        names, members = np.unique(found, return_inverse=True)
        groups = sparse.csr_array(
            (np.ones(count), (np.arange(count), members)), (count, len(names))
        )
        alone = np.arange(len(names))
        merged = _move(groups.T @ matrix @ groups, alone, random, merge_gain)
        found = names[merged[members]]
        if (found == before).all():
            return found.astype(np.int32)


def _move(matrix, communities, random, least=0.0):
    """Moves nodes one by one until none gains enough; returns where they are."""
    matrix = matrix.tocsr()
    degrees = np.asarray(matrix.sum(axis=1)).ravel()
    total = degrees.sum()
    found = communities.tolist()
    sums = np.bincount(communities, degrees, communities.max() + 1).tolist()
    starts, neighbors = matrix.indptr.tolist(), matrix.indices.tolist()
    weights, degrees = matrix.data.tolist(), degrees.tolist()
    least = max(least * total / 2, _LEAST_GAIN)  # Of the sum of weights.
    has_moved = True
    while has_moved:
        has_moved = False
        for node in random.permutation(len(found)).tolist():
            own, degree = found[node], degrees[node]
            links = {own: 0.0}
            for i in range(starts[node], starts[node + 1]):
                if neighbors[i] != node:
                    community = found[neighbors[i]]
                    links[community] = links.get(community, 0.0) + weights[i]
            sums[own] -= degree
            share = degree / total
            best, highest = own, links[own] - share * sums[own] + least
            for community, weight in links.items():
                gain = weight - share * sums[community]
                if gain > highest:
                    best, highest = community, gain
            sums[best] += degree
            if best != own:
                found[node], has_moved = best, True
    return np.array(found, np.int64)
