import itertools

import numpy as np
import pytest

from kerazoo.data.graphs.known_tails import KnownTails
from kerazoo.evaluation.graphs.triple_ranking import completion_metrics
from kerazoo.evaluation.graphs.triple_ranking import filtered_ranks
from kerazoo.evaluation.graphs.triple_ranking import rank_in_blocks


def mean_rank(scores, answer, left_out):
    """The mean of the answer's ranks over all orders of entities of one score."""
    candidates = [i for i in range(len(scores)) if i == answer or i not in left_out]
    ranks = []
    for order in itertools.permutations(candidates):
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(order)):
            ranks.append(order.index(answer) + 1)
    return np.mean(ranks)


def test_ranks_are_the_means_over_all_orders():
    random = np.random.default_rng(0)
    scores = random.integers(0, 3, (20, 6)).astype("float32")  # Many are the same.
    answers = random.integers(0, 6, 20)
    known = [
        set(random.permutation(6)[: random.integers(0, 5)].tolist()) for _ in answers
    ]
    for row, answer in enumerate(answers[:10].tolist()):
        known[row].add(answer)  # Known itself, as in practice.
    rows = np.repeat(np.arange(20), [len(k) for k in known])
    flat = np.array([tail for k in known for tail in sorted(k)])
    found = filtered_ranks(scores, answers, rows, flat)
    expected = [mean_rank(*args) for args in zip(scores, answers, known)]
    np.testing.assert_allclose(found, expected)


@pytest.fixture(scope="module")
def graph():
    random = np.random.default_rng(1)
    triples = np.stack([random.integers(0, n, 90) for n in (12, 3, 12)], axis=1)
    return np.unique(triples, axis=0)


def test_a_model_of_one_score_has_the_mean_reciprocal_rank_of_the_middle(graph):
    """An optimistic rank would be 1 for all: a perfect model that knows nothing."""
    known = KnownTails(graph, 3)
    for block in (7, 512):
        ranks = rank_in_blocks(lambda h, r: np.zeros((len(h), 12)), known, graph, block)
        expected = []
        for head, relation, _ in graph:
            others = {t for h, r, t in graph if (h, r) == (head, relation)}
            candidates = 12 - len(others) + 1
            expected.append((1 + candidates) / 2)
        np.testing.assert_allclose(ranks, expected)
    metrics = completion_metrics(ranks)
    assert metrics["mrr"] == pytest.approx(np.mean(1 / np.array(expected)))
    assert metrics["hits_at_1"] == 0 and metrics["mrr"] < 0.3


def test_ranks_of_blocks_are_those_of_sorting(graph):
    table = np.random.default_rng(2).normal(size=(12, 3, 12))
    known = KnownTails(graph, 3)
    ranks = rank_in_blocks(lambda h, r: table[h, r], known, graph, block=8)
    for rank, (head, relation, tail) in zip(ranks, graph):
        others = {t for h, r, t in graph if (h, r) == (head, relation)} - {tail}
        order = [i for i in np.argsort(-table[head, relation]) if i not in others]
        assert rank == order.index(tail) + 1


def test_what_is_no_number_is_never_good():
    nan = np.nan
    scores = np.array([[1.0, nan, 2.0], [nan, nan, nan], [1.0, 0.0, nan]])
    none = np.zeros(0, int)
    ranks = filtered_ranks(scores, np.array([1, 0, 0]), none, none)
    np.testing.assert_array_equal(ranks, [3, 3, 2])


def test_metrics_by_hand():
    metrics = completion_metrics(np.array([1, 2, 2.5, 10]))
    assert metrics == pytest.approx(
        {
            "mrr": (1 + 1 / 2 + 1 / 2.5 + 1 / 10) / 4,
            "hits_at_1": 0.25,
            "hits_at_3": 0.75,
            "hits_at_10": 1.0,
            "mean_rank": 15.5 / 4,
        }
    )
