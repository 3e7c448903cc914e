"""Diversity against scipy, and each warning."""

import numpy as np
import pytest
from scipy.spatial import distance

from kerazoo.models.gan.collapse_monitor import CollapseMonitor
from kerazoo.models.gan.collapse_monitor import mean_distance

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(40, 3, 4, 2)).astype("float32")


def test_mean_distance_is_scipy_s():
    assert mean_distance(np.array([[0.0, 0.0], [3.0, 4.0]])) == 5
    expected = distance.pdist(REAL.reshape(40, -1).astype("float64")).mean()
    assert mean_distance(REAL) == pytest.approx(expected, rel=1e-10)
    # Far from zero and close to each other: squares must not lose the difference.
    assert mean_distance(1e3 + REAL) == pytest.approx(expected, rel=1e-4)


def test_mean_distance_is_of_the_first_examples():
    many = RANDOM.normal(size=(700, 2))
    for most, kept in ((10, many[:10]), (500, many[:500]), (900, many)):
        expected = distance.pdist(kept).mean()
        assert mean_distance(many, most) == pytest.approx(expected, rel=1e-10)
    assert mean_distance(many) == mean_distance(many, 500)


def test_mean_distance_needs_two():
    for few in (REAL[:0], REAL[:1]):
        with pytest.raises(ValueError, match=f"two at least. Received: {len(few)} ex"):
            mean_distance(few)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (0.0, "nearly alike (diversity 0.00 of"),
        (0.24, "nearly alike (diversity 0.24 of"),
        (0.26, None),
        (1.0, None),
        (3.9, None),
        (4.1, "far from all real ones (diversity 4.1 of"),
    ],
)
def test_diversity_is_a_multiple_of_the_real_one(scale, words):
    diversity, warning = CollapseMonitor(REAL).check(scale * REAL + 5)
    assert diversity == pytest.approx(scale, abs=1e-4)
    assert warning is None if words is None else words in warning


def test_thresholds_are_arguments():
    monitor = CollapseMonitor(REAL, smallest=0.9, largest=1.1)
    assert "collapsed" in monitor.check(0.8 * REAL)[1]
    assert monitor.check(REAL)[1] is None
    assert "diverges" in monitor.check(1.2 * REAL)[1]


def test_untrained_generator_has_time_to_begin():
    monitor = CollapseMonitor(REAL, grace=2)
    warnings = [monitor.check(scale * REAL)[1] for scale in (0, 0.1, 0.1)]
    assert warnings[:2] == [None, None] and "collapsed" in warnings[2]
    monitor = CollapseMonitor(REAL, grace=2)
    assert monitor.check(REAL)[1] is None  # It has begun.
    assert "collapsed" in monitor.check(0 * REAL)[1]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(value):
    examples = REAL.copy()
    examples[-1, 0, 0, 0] = value
    diversity, warning = CollapseMonitor(REAL).check(examples, modes=3)
    assert np.isnan(diversity)
    assert warning == "generated values are not finite"


def test_modes_that_get_lost():
    monitor = CollapseMonitor(REAL)
    warnings = [monitor.check(REAL, modes)[1] for modes in (4, 25, 13, 12, 0, 24)]
    assert warnings == [
        None,
        None,
        None,
        "only 12 modes are left of 25: the generator collapses",
        "only 0 modes are left of 25: the generator collapses",
        None,
    ]
    assert monitor.check(REAL)[1] is None


def test_real_examples_without_a_distance_raise():
    with pytest.raises(ValueError, match="differ. Received: a mean distance of 0.0"):
        CollapseMonitor(np.ones((5, 2)))
    with pytest.raises(ValueError, match="finite .* a mean distance of nan"):
        CollapseMonitor(np.full((5, 2), np.nan))
