import numpy as np

from kerazoo.data.graphs.known_tails import KnownTails


def test_known_tails_are_those_of_a_search():
    random = np.random.default_rng(0)
    triples = np.stack(
        [random.integers(0, size, 60) for size in (7, 3, 7)], axis=1
    )  # Some are there twice.
    known = KnownTails(triples, num_relations=3)
    heads, relations = (axis.ravel() for axis in np.indices((9, 6)))
    rows, tails = known(heads, relations)
    assert np.all(np.diff(rows) >= 0)
    for row, (head, relation) in enumerate(zip(heads, relations)):
        if relation < 3:
            expected = {t for h, r, t in triples if (h, r) == (head, relation)}
        else:
            expected = {h for h, r, t in triples if (t, r + 3) == (head, relation)}
        assert tails[rows == row].tolist() == sorted(expected)


def test_no_queries_have_no_tails():
    known = KnownTails(np.array([[0, 0, 1]]), num_relations=1)
    for heads in (np.zeros(0, int), np.array([5])):
        rows, tails = known(heads, np.zeros_like(heads))
        assert len(rows) == len(tails) == 0
