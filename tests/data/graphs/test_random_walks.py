import numpy as np
import pytest

from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.random_walks import RandomWalks


def graph_of(edges, num_nodes, weights=None):
    source, target, origin = both_directions(*zip(*edges))
    weights = None if weights is None else np.array(weights, "float32")[origin]
    features = np.eye(num_nodes, dtype="float32")
    return Graph(features, source, target, edge_weights=weights)


@pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 4)])
def test_walks_follow_edges(p, q):
    graph = karate_club().graph
    edges = set(zip(graph.source.tolist(), graph.target.tolist()))
    walks = RandomWalks(graph, p, q)(np.arange(34), 12, np.random.default_rng(0))
    assert walks.shape == (34, 13)
    np.testing.assert_array_equal(walks[:, 0], np.arange(34))
    steps = zip(walks[:, :-1].ravel().tolist(), walks[:, 1:].ravel().tolist())
    assert set(steps) <= edges


def test_second_steps_have_the_probabilities_of_the_paper():
    # From 0 to 1; then back to 0, to 2, a neighbour of 0, or to 3, which is none.
    weights = {(0, 1): 1.0, (0, 2): 1.0, (1, 2): 2.0, (1, 3): 1.0}
    graph = graph_of(list(weights), 4, list(weights.values()))
    p, q, count = 0.5, 4.0, 40_000
    walks = RandomWalks(graph, p, q)(np.zeros(count, int), 2, np.random.default_rng(0))
    seconds = walks[walks[:, 1] == 1, 2]
    assert len(seconds) == pytest.approx(count / 2, rel=0.05)
    biased = np.array([1 / p, 0, 2.0, 1 / q])  # Weight times bias.
    expected = biased / biased.sum()
    found = np.bincount(seconds, minlength=4) / len(seconds)
    np.testing.assert_allclose(found, expected, atol=4 * 0.5 / len(seconds) ** 0.5)


def test_same_randomness_gives_the_same_walks_and_dead_ends_stay():
    graph = graph_of([(0, 1)], 3)
    walks = RandomWalks(graph)
    found = [walks(np.array([2, 0]), 4, np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(*found)
    assert found[0].tolist() == [[2] * 5, [0, 1, 0, 1, 0]]
    none = Graph(np.eye(2, dtype="float32"), *np.zeros((2, 0), "int32"))
    for p, q in ((1, 1), (2, 0.5)):
        stays = RandomWalks(none, p, q)(np.array([1]), 2, np.random.default_rng(0))
        assert stays.tolist() == [[1, 1, 1]]
    empty = graph_of([(0, 1), (1, 2)], 3, [0.0, 1.0])
    assert set(
        RandomWalks(empty)(np.zeros(5, int), 3, np.random.default_rng(0)).ravel()
    ) == {0}


@pytest.mark.parametrize("name", ["return_parameter", "in_out_parameter"])
def test_parameters_are_above_zero(name):
    with pytest.raises(ValueError, match=f"`{name}`.* Received: {name}=0"):
        RandomWalks(karate_club().graph, **{name: 0})
