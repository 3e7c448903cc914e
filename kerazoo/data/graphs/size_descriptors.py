"""How large a graph is and what it is made of, as features of the whole graph."""

import numpy as np

from kerazoo.data.graphs.graph import Graph


def size_descriptors(graph: Graph) -> np.ndarray:
    """Describes a graph without its structure.

    On some collections a model of such counts beats graph networks
    ([Errica et al., 2020](https://arxiv.org/abs/1912.09893), Section 4), which find
    counts hard to learn from sums that grow with the graph.

    Args:
        graph: A graph of N nodes, E edges and dense node features `(N, D)`.

    Returns:
        float32 `(2 + D,)`: log(1 + N), E / N, and for each node feature
        log(1 + |its sum over the nodes|), with the sign of the sum.

    Example:

    ```python
    from kerazoo.data.graphs.graph import Graph

    triangle = Graph(np.ones((3, 1)), np.array([0, 1, 2]), np.array([1, 2, 0]))
    size_descriptors(triangle)  # [log 4, 1, log 4]
    ```
    """
    nodes, edges = graph.num_nodes, len(graph.source)
    sums = np.asarray(graph.node_features, np.float64).sum(axis=0)
    values = [np.log1p(nodes), edges / nodes, *np.sign(sums) * np.log1p(np.abs(sums))]
    return np.array(values, np.float32)
