import networkx
import numpy as np
import pytest

from kerazoo.evaluation.graphs.community_metrics import community_metrics
from kerazoo.models.gnn.local_moves import local_moves


def both(graph):
    source, target = np.array(graph.edges).T
    return np.append(source, target), np.append(target, source)


def modularity(edges, communities, weights=None):
    return community_metrics(*edges, communities, weights)["modularity"]


@pytest.mark.parametrize("seed", range(3))
def test_modularity_rises_to_where_no_single_move_raises_it(seed):
    edges = both(networkx.gnm_random_graph(30, 70, seed=seed))
    random = np.random.default_rng(seed)
    weights = random.uniform(0.5, 3, 70)
    weights = np.append(weights, weights)
    start = random.integers(0, 6, 30)
    found = local_moves(*edges, start, weights, seed)
    assert set(found) <= set(start)
    highest = modularity(edges, found, weights)
    assert highest >= modularity(edges, start, weights)
    for node in range(30):
        for community in set(found.tolist()):
            moved = found.copy()
            moved[node] = community
            assert modularity(edges, moved, weights) <= highest + 1e-9


def test_finds_the_cliques_of_a_ring():
    graph = networkx.ring_of_cliques(6, 5)
    edges = both(graph)
    found = local_moves(*edges, np.arange(30))
    assert all(len(set(found[5 * i : 5 * i + 5])) == 1 for i in range(6))
    assert len(set(found)) == 6
    np.testing.assert_array_equal(local_moves(*edges, found), found)


def test_communities_merge_where_that_gains_enough():
    # Two triangles with a bridge: alone 6/7 - 1/2, as one 0; halves of one gain less.
    graph = networkx.Graph(["ab", "bc", "ac", "cd", "de", "ef", "df"])
    graph = networkx.convert_node_labels_to_integers(graph)
    edges, start = both(graph), np.array([0, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(local_moves(*edges, start)[:3], [1, 1, 1])
    pairs = both(networkx.ring_of_cliques(4, 2))  # A ring of 8 nodes.
    start = np.arange(8) // 2
    apart, joined = (local_moves(*pairs, start, None, 0, gain) for gain in (0.2, 0.0))
    np.testing.assert_array_equal(apart, start)
    assert modularity(pairs, apart) == pytest.approx(0.25)
    assert modularity(pairs, joined) >= 0.25 and len(set(joined)) <= 4


def test_no_edges_move_nothing():
    none = np.zeros(0, int)
    assert local_moves(none, none, np.array([1, 0, 1])).tolist() == [1, 0, 1]
