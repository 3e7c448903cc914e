"""Communities by the methods that learn nothing, for comparison."""

import importlib.util

import numpy as np

from kerazoo.data.graphs.graph import Graph


def louvain(graph: Graph, seed: int = 0) -> np.ndarray:
    """Returns the communities of NetworkX's Louvain method, int `(N,)`.

    Args:
        graph: A graph with both directions of every edge.
        seed: Of the order of the nodes.
    """
    import networkx

    drawing = networkx.Graph()
    drawing.add_nodes_from(range(graph.num_nodes))
    drawing.add_weighted_edges_from(_edges(graph))
    groups = networkx.community.louvain_communities(drawing, seed=seed)
    found = np.empty(graph.num_nodes, np.int32)
    for community, members in enumerate(groups):
        found[list(members)] = community
    return found


def leiden(graph: Graph, seed: int = 0) -> np.ndarray:
    """Returns the communities of leidenalg's Leiden method, int `(N,)`.

    Args:
        graph: A graph with both directions of every edge.
        seed: Of the order of the nodes.

    Raises:
        ModuleNotFoundError: If leidenalg is not installed.
    """
    import igraph
    import leidenalg

    edges = _edges(graph)
    drawing = igraph.Graph(graph.num_nodes, [edge[:2] for edge in edges])
    partition = leidenalg.find_partition(
        drawing,
        leidenalg.ModularityVertexPartition,
        weights=[edge[2] for edge in edges],
        n_iterations=-1,
        seed=seed,
    )
    return np.array(partition.membership, np.int32)


def baselines() -> dict:
    """Returns the methods that are installed, by name."""
    found = {"louvain": louvain}
    if importlib.util.find_spec("leidenalg") is not None:
        found["leiden"] = leiden
    return found


def _edges(graph):
    """Returns each edge once, as tuples of two nodes and a weight."""
    kept = graph.source < graph.target
    weights = graph.edge_weights
    if weights is None:
        weights = np.ones(graph.num_edges)
    ends = graph.source[kept].tolist(), graph.target[kept].tolist()
    return list(zip(*ends, weights[kept].tolist()))
