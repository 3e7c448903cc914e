import numpy as np
import pytest

from kerazoo.evaluation.graphs import fidelity

# Edges 0 and 1 are the two directions of one, 2 cannot matter.
NUMBERS = np.array([0, 0, -1, 1, 2, 3])
WORTH = np.array([0.2, 0.3, 0.0, 0.1, 0.0, 0.05])


def answer(kept):
    return float(WORTH[kept].sum())


def test_edges_that_matter_are_taken_out_both_ways():
    found = fidelity(answer, WORTH, NUMBERS, count=1, draws=400)
    assert found["edges"] == 1
    assert found["fidelity_plus"] == pytest.approx(0.5)
    assert found["fidelity_minus"] == pytest.approx(0.15)
    # One of four edges at random has a quarter of what all are worth.
    assert found["random_fidelity_plus"] == pytest.approx(0.65 / 4, abs=0.04)
    assert found["random_fidelity_minus"] == pytest.approx(0.65 * 3 / 4, abs=0.04)


def test_signs_do_not_matter_and_wrong_edges_score_low():
    found = fidelity(answer, -WORTH, NUMBERS, count=1)
    assert found["fidelity_plus"] == pytest.approx(0.5)
    wrong = fidelity(answer, 1 - WORTH, NUMBERS, count=1)
    assert wrong["fidelity_plus"] == pytest.approx(0.0)


def test_more_edges_than_there_are():
    found = fidelity(answer, WORTH, NUMBERS, count=9)
    assert found["edges"] == 4
    assert found["fidelity_minus"] == pytest.approx(0)
    assert found["random_fidelity_plus"] == pytest.approx(found["fidelity_plus"])
    nothing = fidelity(answer, WORTH, np.full(6, -1), count=3)
    assert nothing["edges"] == 0 and nothing["fidelity_plus"] == 0
