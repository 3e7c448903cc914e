"""Random graphs for cascades."""

import numpy as np

from kerazoo.data.graphs.cascades import Cascades

_LEAST_BRANCHING, _MOST_BRANCHING = 0.2, 3.0
_HIGHEST = 0.5  # Probability.
_FEWEST_NODES = 8


def random_cascades(most: int, diffusion: str, random: np.random.Generator) -> Cascades:
    """Makes a random graph with probabilities.

    It is without structure, with hubs, with triangles, on a ring, or of dense groups.
    Edges have one probability, by which a node activates from 0.2 to 3 others on
    average, or 1 through the number of edges to their target; weights of linear
    thresholds are the latter, times a number from 0.5 to 1.

    Args:
        most: Most nodes, at least 8.
        diffusion: A key of `kerazoo.data.graphs.cascades.DIFFUSIONS`.
        random: Where random numbers come from.

    Raises:
        ValueError: If `most` is less.

    Example:

    ```python
    random = np.random.default_rng(0)
    random_cascades(20, "independent_cascade", random).num_nodes  # At most 20.
    ```
    """
    import networkx

    if most < _FEWEST_NODES:
        raise ValueError(
            f"`most` must be at least {_FEWEST_NODES}. Received: most={most}"
        )

    nodes = int(random.integers(max(most // 4, _FEWEST_NODES), most + 1))
    degree = int(random.integers(2, max(min(nodes // 4, 20), 2) + 1))
    half = max(degree // 2, 1)
    seed = int(random.integers(2**31))
    kind = random.integers(5)
    if kind == 0:
        graph = networkx.fast_gnp_random_graph(nodes, degree / nodes, seed)
    elif kind == 1:
        graph = networkx.barabasi_albert_graph(nodes, half, seed)
    elif kind == 2:
        graph = networkx.powerlaw_cluster_graph(nodes, half, random.random(), seed)
    elif kind == 3:
        graph = networkx.watts_strogatz_graph(
            nodes, degree, 0.3 * random.random(), seed
        )
    else:
        groups = max(nodes // (degree + 1), 1)
        graph = networkx.relaxed_caveman_graph(
            groups, degree + 1, 0.3 * random.random(), seed
        )
    nodes = graph.number_of_nodes()
    ends = np.array(graph.edges, np.int64).reshape(-1, 2)
    source, target = np.concatenate([ends, ends[:, ::-1]]).T
    degrees = np.bincount(target, minlength=nodes)
    if diffusion == "linear_threshold" or random.random() < 0.3:
        chances = random.uniform(0.5, 1) / degrees[target]
    else:
        # The mean degree of a neighbour, itself not counted.
        excess = (degrees * (degrees - 1)).sum() / max(degrees.sum(), 1)
        low, high = np.log([_LEAST_BRANCHING, _MOST_BRANCHING])
        chances = np.exp(random.uniform(low, high)) / max(excess, 1)
        chances = min(chances, _HIGHEST)
    return Cascades(source, target, chances, nodes, diffusion)
