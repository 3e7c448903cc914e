import threading
import time

import numpy as np
import pytest

from kerazoo.prediction import Inputs
from kerazoo.prediction import Predictor
from kerazoo.prediction import RankedAnswers
from kerazoo.prediction import Row
from kerazoo.prediction import answer_rows
from kerazoo.prediction.ahead import map_ahead
from kerazoo.prediction.problems import NoAnswersError
from kerazoo.prediction.problems import Problems


class Doubling(Predictor):
    """Answers numbers with their doubles, and remembers what was asked together."""

    answers = RankedAnswers(["double"])
    notes = {"is_large": "rather large"}

    def __init__(self, sized=False):
        self.batches = []
        self._sized = sized

    def prepare(self, item):
        if item == 13:
            raise ValueError("13 is not liked")
        return item

    def size(self, item):
        return item if self._sized else 0

    def ask(self, items, shared=None):
        self.batches.append(list(items))
        answers = [[{"double": 2 * item}] for item in items]
        return answers, {"is_large": np.array(items) > 90}


class Together(Doubling):
    whole = True


def inputs_of(items):
    rows = [Row(f"line {i}", [str(item)], item) for i, item in enumerate(items, 1)]
    return Inputs(["number"], rows, len(rows), "numbers")


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 300])
@pytest.mark.parametrize("sized", [False, True])
def test_answers_are_in_order_whatever_is_asked_together(count, sized):
    items = [int(i) for i in np.random.default_rng(0).permutation(count) + 20]
    predictor = Doubling(sized)
    found = list(answer_rows(inputs_of(items), predictor, batch_size=8))
    assert [row.item for row, _ in found] == items
    assert [own["double"] for _, (own,) in found] == [2 * item for item in items]
    assert all(len(batch) <= 8 for batch in predictor.batches)
    assert len(predictor.batches) == -(-count // 8)
    if sized:  # Those of a window of 16 batches are sorted.
        asked = [item for batch in predictor.batches[:16] for item in batch]
        assert asked == sorted(items[:128])


def test_rows_that_fail_are_kept_and_counted():
    problems = Problems()
    inputs = inputs_of([1, 13, None, 95, 99])
    inputs.rows[2].problem = "nothing there"
    found = list(answer_rows(inputs, Doubling(), 2, problems))
    assert [answer is None for _, answer in found] == [False, True, True, False, False]
    assert (problems.rows, problems.failed) == (5, 2)
    with pytest.warns(UserWarning) as warned:
        problems.warn("numbers", Doubling.notes)
    assert [str(warning.message) for warning in warned] == [
        "2 of 5 numbers have no answer. The first: line 2: 13 is not liked",
        "2 of 5 numbers: rather large. The first: line 4",
    ]


def test_nothing_but_failures_is_an_error():
    problems = Problems()
    list(answer_rows(inputs_of([13, 13]), Doubling(), 2, problems))
    with pytest.raises(NoAnswersError, match="None of the 2 numbers.*line 1: 13"):
        problems.warn("numbers", {})


def test_rows_of_one_graph_are_asked_about_together():
    predictor = Together()
    list(answer_rows(inputs_of(range(20, 320)), predictor, batch_size=8))
    assert predictor.batches == [list(range(20, 320))]


def test_threads_work_ahead_but_not_too_far():
    started, release = [], threading.Event()

    def work(item):
        started.append(item)
        release.wait(10)
        return -item

    results = map_ahead(work, iter(range(100)), ahead=3)
    thread = threading.Thread(target=lambda: results_of.append(next(results)))
    results_of = []
    thread.start()
    time.sleep(0.2)
    assert 0 < len(started) <= 4
    release.set()
    thread.join()
    assert results_of + list(results) == [-i for i in range(100)]


def test_errors_of_threads_are_raised():
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda item: 1 // item, [1, 0, 1], ahead=2))
