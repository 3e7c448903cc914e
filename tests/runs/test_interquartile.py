import itertools

import numpy as np
import pytest

from kerazoo.runs import interquartile_mean


def middle_half(values):
    cut = len(values) // 4
    return np.mean(sorted(values)[cut : len(values) - cut])


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8, 11])
def test_mean_of_the_middle_half(count):
    values = np.random.default_rng(count).normal(size=count)
    found = interquartile_mean(values, resamplings=100)
    assert found.mean == pytest.approx(middle_half(values))
    assert values.min() <= found.low <= found.mean <= found.high <= values.max()


def test_outliers_do_not_count():
    assert interquartile_mean([10.0, 11.0, 12.0, -1e9]).mean == 10.5


def test_interval_is_that_of_all_resamplings():
    values = np.array([1.0, 2.0, 5.0, 9.0, 20.0])
    means = [middle_half(drawn) for drawn in itertools.product(values, repeat=5)]
    low, high = np.percentile(means, [5, 95])
    found = interquartile_mean(values, confidence=0.9, resamplings=50_000)
    assert found.low == pytest.approx(low, abs=0.35)  # The steps between some means.
    assert found.high == pytest.approx(high, abs=0.35)


def test_columns_are_on_their_own():
    values = np.random.default_rng(0).normal(size=(6, 3))
    found = interquartile_mean(values, resamplings=500, seed=1)
    assert found.mean == pytest.approx([middle_half(row) for row in values.T])
    assert found.low.shape == found.high.shape == (3,)
    again = interquartile_mean(values, resamplings=500, seed=1)
    np.testing.assert_array_equal(found.low, again.low)


def test_one_run_is_too_few():
    with pytest.raises(ValueError, match=r"at least two runs. Received: 1"):
        interquartile_mean([500.0])


def test_equal_runs_have_no_width():
    assert interquartile_mean([500.0] * 5) == (500.0, 500.0, 500.0)
