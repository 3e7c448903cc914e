import numpy as np
import pytest
from scipy import stats

from kerazoo.models.dqn.cards import Reservoir
from kerazoo.models.dqn.cards import Ring

DTYPES = {"x": np.int64, "y": np.float32}


def numbered(first, count):
    x = np.arange(first, first + count)
    return {"x": x, "y": (2 * x).astype(np.float32)}


def filled(kind, capacity, sizes, seed=0):
    kept, random, first = kind(capacity, DTYPES), np.random.default_rng(seed), 0
    for size in sizes:
        kept.add(numbered(first, size), random)
        first += size
    return kept


def one_by_one(capacity, sizes, seed):
    """Algorithm R, with the random numbers that blocks of these sizes are given."""
    random, kept, number = np.random.default_rng(seed), {}, 0
    for size in sizes:
        for drawn in random.random(size):
            place = number if number < capacity else int(drawn * (number + 1))
            if place < capacity:
                kept[place] = number
            number += 1
    return [kept[place] for place in range(min(number, capacity))]


@pytest.mark.parametrize("sizes", [(7,), (20, 3, 40), (5, 5, 1, 200)])
def test_reservoir_is_that_of_one_example_after_another(sizes):
    for seed in range(20):
        state = filled(Reservoir, 20, sizes, seed).state()
        assert state["x"].tolist() == one_by_one(20, sizes, seed)
        np.testing.assert_array_equal(state["y"], 2 * state["x"])


def test_reservoir_keeps_early_and_late_alike_often():
    counts = np.zeros(60)
    for seed in range(1_500):
        counts[filled(Reservoir, 10, (4, 30, 26), seed).state()["x"]] += 1
    assert counts.sum() == 15_000
    assert stats.chisquare(counts).pvalue > 1e-4


def test_ring_keeps_the_newest():
    ring = filled(Ring, 10, (4, 9, 25))
    assert sorted(ring.state()["x"]) == list(range(28, 38))
    assert sorted(filled(Ring, 10, (4, 3)).state()["x"]) == list(range(7))


@pytest.mark.parametrize("kind", [Reservoir, Ring])
def test_goes_on_from_its_state(kind):
    kept = filled(kind, 16, (10, 30))
    other = kind(16, DTYPES)
    other.restore(kept.state())
    for one in (kept, other):
        one.add(numbered(40, 7), np.random.default_rng(3))
    assert len(other) == 16 and other.num_added == 47
    for name in DTYPES:
        np.testing.assert_array_equal(other.state()[name], kept.state()[name])
    drawn = [one.sample((3, 50), np.random.default_rng(1)) for one in (kept, other)]
    np.testing.assert_array_equal(drawn[0]["x"], drawn[1]["x"])
    assert drawn[0]["x"].shape == (3, 50)
    assert set(drawn[0]["x"].ravel()) <= set(kept.state()["x"])
