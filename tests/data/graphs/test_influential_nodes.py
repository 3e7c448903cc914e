"""Seeds against a search through all of them."""

import itertools
import math

import numpy as np
import pytest
from scipy import sparse

from kerazoo.data.graphs.cascades import Cascades
from kerazoo.data.graphs.influential_nodes import celf
from kerazoo.data.graphs.influential_nodes import imm
from kerazoo.data.graphs.influential_nodes import most_covering
from tests.data.graphs.test_cascades import CHANCES
from tests.data.graphs.test_cascades import SOURCE
from tests.data.graphs.test_cascades import TARGET
from tests.data.graphs.test_cascades import exact_spread


def spread(seeds):
    return exact_spread(SOURCE, TARGET, CHANCES, 6, list(seeds))


@pytest.mark.parametrize("method", [celf, lambda *a: imm(*a, epsilon=0.1)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_spread_is_as_good_as_it_is_proven_to_be(method, count):
    cascades = Cascades(SOURCE, TARGET, CHANCES, 6)
    chosen = method(cascades, count)
    assert len(set(chosen.tolist())) == count
    best = max(spread(seeds) for seeds in itertools.combinations(range(6), count))
    assert spread(chosen) >= (1 - 1 / math.e - 0.1) * best
    # Of so few nodes the greedy choice is found, and it is far better than that.
    greedy = []
    for _ in range(count):
        left = set(range(6)) - set(greedy)
        greedy.append(max(left, key=lambda node: spread([*greedy, node])))
    assert spread(chosen) >= 0.97 * spread(greedy)


def test_linear_thresholds():
    # The middle of one star and that of another, of 4 and 6 leaves.
    source, target = np.repeat([0, 5], [4, 6]), np.array([*range(1, 5), *range(6, 12)])
    cascades = Cascades(source, target, 0.5, 12, "linear_threshold")
    assert imm(cascades, 2).tolist() == [5, 0]
    assert celf(cascades, 2, runs=200).tolist() == [5, 0]


def test_greedy_cover_is_that_of_a_plain_loop():
    random = np.random.default_rng(0)
    sets = random.random((60, 12)) < 0.15
    chosen, met = most_covering(sparse.csr_array(sets), 5)
    left, expected = sets.copy(), []
    for _ in range(5):
        expected.append(int(left.sum(axis=0).argmax()))
        left = left[~left[:, expected[-1]]]
    assert chosen.tolist() == expected
    assert met == 60 - len(left)


def test_all_nodes_and_more_than_gain_anything():
    cascades = Cascades(SOURCE, TARGET, 1.0, 6)
    assert sorted(imm(cascades, 6)) == list(range(6))
    assert len(set(imm(cascades, 5).tolist())) == 5
    assert len(set(celf(cascades, 6, runs=2).tolist())) == 6
