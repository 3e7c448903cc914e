"""Cascades against closed forms and sums over all that can happen."""

import itertools

import numpy as np
import pytest

from kerazoo.data.graphs.cascades import Cascades

COUNT = 20_000
# Six nodes, eight edges of different probabilities.
SOURCE = np.array([0, 0, 1, 2, 3, 4, 1, 5])
TARGET = np.array([1, 2, 3, 3, 4, 5, 0, 2])
CHANCES = np.array([0.9, 0.4, 0.5, 0.7, 0.2, 1.0, 0.3, 0.6])


def exact_spread(source, target, chances, num_nodes, seeds):
    """Returns the mean over all choices of edges that succeed."""
    total = 0.0
    for kept in itertools.product([0, 1], repeat=len(source)):
        kept = np.array(kept, bool)
        reached, size = set(seeds), -1
        while len(reached) != size:
            size = len(reached)
            for s, t in zip(source[kept], target[kept]):
                if s in reached:
                    reached.add(t)
        total += len(reached) * np.prod(np.where(kept, chances, 1 - chances))
    return total


def assert_mean(sizes, expected):
    error = max(sizes.std() / len(sizes) ** 0.5, 1e-9)
    assert abs(sizes.mean() - expected) < 4 * error, (sizes.mean(), expected)


@pytest.mark.parametrize("diffusion", ["independent_cascade", "linear_threshold"])
def test_spread_along_a_line(diffusion):
    source, target = np.arange(5), np.arange(1, 6)
    cascades = Cascades(source, target, 0.5, 6, diffusion)
    sizes = cascades.sizes([1], COUNT)
    assert_mean(sizes, sum(0.5**i for i in range(5)))
    shares = np.bincount(sizes, minlength=6)[1:] / COUNT
    np.testing.assert_allclose(shares, [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16], atol=0.02)


@pytest.mark.parametrize("diffusion", ["independent_cascade", "linear_threshold"])
def test_spread_over_a_star(diffusion):
    leaves = np.arange(1, 21)
    outward = Cascades(np.zeros(20, int), leaves, 0.3, 21, diffusion)
    assert_mean(outward.sizes([0], COUNT), 1 + 20 * 0.3)
    assert (outward.sizes([3, 4, 4], 100) == 2).all()
    inward = Cascades(leaves, np.zeros(20, int), 0.04, 21, diffusion)
    tries = 1 - 0.96**5 if diffusion == "independent_cascade" else 5 * 0.04
    assert_mean(inward.sizes([1, 2, 3, 4, 5], COUNT), 5 + tries)


@pytest.mark.parametrize("seeds", [[0], [3, 5], [1, 2, 4]])
def test_independent_cascades_are_those_of_all_edges_that_may_succeed(seeds):
    cascades = Cascades(SOURCE, TARGET, CHANCES, 6)
    expected = exact_spread(SOURCE, TARGET, CHANCES, 6, seeds)
    assert_mean(cascades.sizes(seeds, COUNT), expected)


def test_weights_of_linear_thresholds_are_one_through_the_edges_to_a_node():
    cascades = Cascades(SOURCE, TARGET, None, 6, "linear_threshold")
    incoming = [(node == TARGET).sum() for node in TARGET]
    np.testing.assert_allclose(cascades.probabilities, 1 / np.array(incoming))
    # All neighbours together always reach it.
    assert (cascades.sizes([0, 1, 2, 4], 100) == 6).all()


@pytest.mark.parametrize("diffusion", ["independent_cascade", "linear_threshold"])
@pytest.mark.parametrize("seeds", [[0], [2, 4]])
def test_reverse_reachable_sets_estimate_the_spread_without_bias(diffusion, seeds):
    chances = CHANCES if diffusion == "independent_cascade" else None
    cascades = Cascades(SOURCE, TARGET, chances, 6, diffusion)
    sets = cascades.reverse_reachable(COUNT, np.random.default_rng(0))
    assert sets.shape == (COUNT, 6) and sets.dtype == bool
    is_met = sets[:, seeds].toarray().any(axis=1)
    simulated = cascades.sizes(seeds, COUNT, seed=1)
    error = np.hypot(6 * is_met.std(), simulated.std()) / COUNT**0.5
    assert abs(6 * is_met.mean() - simulated.mean()) < 4 * error


@pytest.mark.parametrize("diffusion", ["independent_cascade", "linear_threshold"])
def test_live_edges_have_their_probabilities(diffusion):
    chances = CHANCES if diffusion == "independent_cascade" else None
    cascades = Cascades(SOURCE, TARGET, chances, 6, diffusion)
    starts, ends = cascades.live_edges(4_000, np.random.default_rng(0))
    graphs, source = np.divmod(np.repeat(np.arange(24_000), np.diff(starts)), 6)
    np.testing.assert_array_equal(graphs, ends // 6)
    for edge in zip(SOURCE, TARGET, cascades.probabilities):
        share = ((source == edge[0]) & (ends % 6 == edge[1])).sum() / 4_000
        assert share == pytest.approx(edge[2], abs=0.04)
    if diffusion == "linear_threshold":
        assert np.bincount(ends).max() == 1


def test_cascades_depend_on_the_seed_alone(monkeypatch):
    cascades = Cascades(SOURCE, TARGET, CHANCES, 6)
    sizes = cascades.sizes([0], 50, seed=3)
    np.testing.assert_array_equal(sizes, cascades.sizes([0], 50, seed=3))
    assert (sizes != cascades.sizes([0], 50, seed=4)).any()
    # In parts, where there is not room for all at once.
    monkeypatch.setattr("kerazoo.data.graphs.cascades._STATES", 60)
    expected = exact_spread(SOURCE, TARGET, CHANCES, 6, [0])
    assert_mean(cascades.sizes([0], 5_000), expected)
    sets = cascades.reverse_reachable(25, np.random.default_rng(0))
    assert sets.shape == (25, 6) and (np.diff(sets.indptr) > 0).all()


def test_a_graph_without_edges():
    for diffusion in ("independent_cascade", "linear_threshold"):
        none = np.zeros(0, int)
        cascades = Cascades(none, none, None, 3, diffusion)
        assert (cascades.sizes([0, 2], 5) == 2).all()
        sets = cascades.reverse_reachable(9, np.random.default_rng(0))
        assert (np.diff(sets.indptr) == 1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5, 3, "sir"), "diffusion=sir"),
        ((1.5, 3), "Received: 1.5"),
        ((np.array([0.1, np.nan, 0.2]), 3), "Received: nan"),
        ((0.6, 3, "linear_threshold"), "Received: 1.2 for node 2"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(ValueError, match=message):
        Cascades(np.array([0, 1, 2]), np.array([2, 2, 0]), *arguments)
