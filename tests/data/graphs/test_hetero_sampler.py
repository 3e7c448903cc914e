import collections
import itertools

import numpy as np
import pytest

from kerazoo.data.graphs.hetero_sampler import HeteroSampler
from kerazoo.data.graphs.neighbor_draws import draw
from kerazoo.data.graphs.neighbor_draws import key_of
from kerazoo.data.graphs.neighbor_draws import keys_of
from kerazoo.data.graphs.neighbor_draws import mixed
from tests.models.gnn.hetero_examples import library

ZERO = np.zeros(2, int)


def test_all_subsets_are_equally_likely():
    keys = mixed(np.arange(60_000, dtype=np.uint64), 7)
    drawn = np.sort(draw(keys, np.full(60_000, 5), 3), axis=1)
    counts = collections.Counter(map(tuple, drawn.tolist()))
    assert counts.keys() == set(itertools.combinations(range(5), 3))
    deviation = np.sqrt(6_000 * 0.9)
    assert max(abs(n - 6_000) for n in counts.values()) < 4.5 * deviation


def test_all_are_drawn_where_there_are_few():
    found = draw(keys_of("abc"), np.array([0, 2, 3]), 3)
    np.testing.assert_array_equal(found, [[-1, -1, -1], [0, 1, -1], [0, 1, 2]])


def test_keys_stay():
    assert key_of("paper") == 0xF198DB0845BACA92  # Beginning of its BLAKE2b.
    assert len(set(mixed(1, keys_of("ab"), 2).tolist())) == 2
    assert mixed(1, 2) != mixed(2, 1)


def brute_force(graph, root, hops, reverse):
    """Returns all nodes and edges within some hops, as sets of pairs."""
    nodes, edges = {("paper", root)}, set()
    frontier = set(nodes)
    for _ in range(hops):
        reached = set()
        for name, piece in graph.edge_sets.items():
            for i, (s, t) in enumerate(zip(piece.source, piece.target)):
                ends = (piece.source_set, int(s)), (piece.target_set, int(t))
                for near, far in (ends[::-1], ends) if reverse else (ends[::-1],):
                    if near in frontier:
                        reached.add(far)
                        edges.add((name, i))
        nodes |= reached
        frontier = reached
    return nodes, edges


@pytest.mark.parametrize("reverse", [True, False])
def test_with_large_fanouts_the_whole_neighbourhood_is_there(reverse):
    graph = library()
    sampler = HeteroSampler(graph, "paper", (99, 99), reverse=reverse)
    for root in range(6):
        found = sampler.sample(np.array([root]), ZERO[:1])
        nodes, edges = brute_force(graph, root, 2, reverse)
        assert {(k, i) for k, v in found.nodes.items() for i in v.tolist()} == nodes
        assert {(k, i) for k, v in found.edges.items() for i in v.tolist()} == edges
        assert found.nodes["paper"][0] == root and found.roots.tolist() == [0]


def test_ends_and_features_are_those_of_the_graph():
    graph = library(is_sparse=True)
    found = HeteroSampler(graph, "paper", (2, 2)).sample(np.array([4, 1]), ZERO)
    nodes = found.nodes["paper"]
    assert nodes[found.roots].tolist() == [4, 1]
    np.testing.assert_array_equal(
        found.graph.node_sets["paper"].toarray(),
        graph.node_sets["paper"].toarray()[nodes],
    )
    for name, piece in found.graph.edge_sets.items():
        whole, rows = graph.edge_sets[name], found.edges[name]
        for end in ("source", "target"):
            there = found.nodes[getattr(piece, f"{end}_set")]
            np.testing.assert_array_equal(
                there[getattr(piece, end)], getattr(whole, end)[rows]
            )
        for field in ("weights", "features"):
            if getattr(whole, field) is not None:
                np.testing.assert_array_equal(
                    getattr(piece, field), getattr(whole, field)[rows]
                )


def test_a_root_draws_the_same_in_any_batch():
    sampler = HeteroSampler(library(40, seed=3), "paper", (1, 1), seed=5)
    alone = sampler.sample(np.array([7]), np.array([3]))
    among = sampler.sample(np.array([2, 7, 9]), np.array([0, 3, 1]))
    place = among.roots[1]
    for name, rows in alone.edges.items():
        assert set(rows.tolist()) <= set(among.edges[name].tolist())
    count = len(alone.nodes["paper"])
    np.testing.assert_array_equal(
        among.nodes["paper"][place : place + count], alone.nodes["paper"]
    )


def test_other_draws_and_seeds_draw_others():
    graph = library(4, seed=2)
    sampler = HeteroSampler(graph, "paper", (1, 1), seed=0)

    def edges(sampler, number):
        found = sampler.sample(np.array([0, 1, 2, 3]), np.full(4, number))
        return [rows.tolist() for rows in found.edges.values()]

    assert edges(sampler, 0) == edges(sampler, 0)
    assert any(edges(sampler, 0) != edges(sampler, number) for number in range(1, 9))
    other = HeteroSampler(graph, "paper", (1, 1), seed=1)
    assert any(edges(sampler, n) != edges(other, n) for n in range(8))


def test_fanouts_that_are_not_positive_raise():
    with pytest.raises(ValueError, match=r"`fanouts` must be positive. .*\(3, 0\)"):
        HeteroSampler(library(), "paper", (3, 0))
