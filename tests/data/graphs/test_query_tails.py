import collections

import numpy as np
import pytest

from kerazoo.data.graphs.query_tails import query_tails


@pytest.mark.parametrize("most", [1, 3, 50])
def test_rows_hold_each_triple_both_ways_once(most):
    random = np.random.default_rng(0)
    triples = np.stack([random.integers(0, n, 80) for n in (6, 2, 6)], axis=1)
    triples = np.unique(triples, axis=0)
    queries, tails = query_tails(triples, 2, most, seed=1)
    assert tails.shape == (len(queries), most)
    found = [
        (*query, tail)
        for query, row in zip(queries.tolist(), tails.tolist())
        for tail in row
        if tail >= 0
    ]
    expected = [(h, r, t) for h, r, t in triples.tolist()]
    expected += [(t, r + 2, h) for h, r, t in triples.tolist()]
    assert sorted(found) == sorted(expected)
    # As few rows as can be.
    counts = collections.Counter((h, r) for h, r, _ in expected)
    assert len(queries) == sum(-(-count // most) for count in counts.values())


def test_which_tails_come_together_is_of_the_seed():
    triples = np.array([[0, 0, tail] for tail in range(1, 9)])
    first, again, other = (query_tails(triples, 1, 4, seed)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
