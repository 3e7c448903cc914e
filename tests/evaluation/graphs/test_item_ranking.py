import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from kerazoo.data.graphs.interactions import Interactions
from kerazoo.evaluation.graphs.item_ranking import ranking_metrics


def test_metrics_are_those_of_scikit_learn_and_of_sets():
    random = np.random.default_rng(0)
    num_users, num_items, most = 12, 30, 5
    scores = random.normal(size=(num_users, num_items))
    relevant = random.random((num_users, num_items)) < 0.2
    relevant[4] = False  # Nothing is known of it: it is not measured.
    relevant[5] = False
    relevant[5, 3] = True
    ranked = np.argsort(-scores, axis=1)[:, :most]
    held_out = Interactions.from_pairs(*np.nonzero(relevant), num_users)
    found = ranking_metrics(ranked, held_out, num_items)
    measured = relevant.any(axis=1)
    recalls = [
        len({*row} & {*np.flatnonzero(own)}) / own.sum()
        for row, own in zip(ranked[measured].tolist(), relevant[measured])
    ]
    assert found["recall_at_5"] == pytest.approx(np.mean(recalls))
    expected = ndcg_score(relevant[measured], scores[measured], k=most)
    assert found["ndcg_at_5"] == pytest.approx(expected)
    assert found["coverage_at_5"] == len({*ranked.ravel().tolist()}) / num_items


def test_items_that_are_missing_are_no_hits():
    held_out = Interactions.from_pairs([0, 1, 1], [7, 6, 7], num_users=2)
    found = ranking_metrics(np.array([[0, -1], [6, -1]]), held_out, num_items=8)
    assert found["recall_at_2"] == pytest.approx((0 + 1 / 2) / 2)
    assert found["ndcg_at_2"] == pytest.approx(1 / (1 + 1 / np.log2(3)) / 2)
    assert found["coverage_at_2"] == 2 / 8


def test_nothing_held_out_is_refused():
    with pytest.raises(ValueError, match="at least one interaction"):
        ranking_metrics(np.zeros((1, 1), int), Interactions.from_pairs([], [], 1), 3)
