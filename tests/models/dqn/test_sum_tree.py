import numpy as np
import pytest

from kerazoo.models.dqn.sum_tree import SumTree


def levels(tree):
    return [level.tobytes() for level in tree._levels]


@pytest.mark.parametrize("capacity", [1, 2, 5, 16, 100])
def test_leaves_are_found_as_in_a_running_sum(capacity):
    random = np.random.default_rng(capacity)
    tree, weights = SumTree(capacity), np.zeros(capacity)
    for _ in range(30):
        entries = random.integers(0, capacity, (3, 4))  # Some of them twice.
        changed = random.random((3, 4)) * (random.random((3, 4)) < 0.7)
        tree.set(entries, changed)
        for entry, weight in zip(entries.ravel(), changed.ravel()):
            weights[entry] = weight
        np.testing.assert_array_equal(tree.leaves, weights)
        assert tree.total == pytest.approx(weights.sum())
        if not tree.total:
            continue
        values = random.random((2, 50)) * tree.total
        expected = np.searchsorted(np.cumsum(weights), values, side="right")
        np.testing.assert_array_equal(tree.find(values), expected)


def test_draws_follow_the_weights():
    random = np.random.default_rng(0)
    weights = random.random(60) * (random.random(60) < 0.8)
    tree = SumTree(60)
    tree.set(np.arange(60), weights)
    draws = 100_000
    found = tree.find(random.random(draws) * tree.total)
    counts = np.bincount(found, minlength=60)
    expected = draws * weights / weights.sum()
    present = weights > 0
    assert not counts[~present].any()
    chi_square = ((counts - expected)[present] ** 2 / expected[present]).sum()
    freedom = present.sum() - 1
    assert abs(chi_square - freedom) < 4 * np.sqrt(2 * freedom)


def test_sums_are_those_of_a_new_tree_to_the_last_bit():
    random = np.random.default_rng(1)
    tree = SumTree(1_000)
    for count in (1, 7, 400, 3_000):  # Few nodes of a level, and whole levels.
        entries = random.integers(0, 1_000, count)
        tree.set(entries, 10.0 ** random.uniform(-9, 9, count))
    again = SumTree(1_000)
    again.rebuild(tree.leaves[:900])
    tree.set(np.arange(900, 1_000), np.zeros(100))
    assert levels(again) == levels(tree)


def test_nothing_of_no_weight_is_found_where_sums_were_rounded():
    tree = SumTree(8)
    tree.set(np.array([0, 1, 4]), np.array([0.1, 0.2, 1e-17]))
    values = np.array([tree.total, np.nextafter(tree.total, 0), 0.0])
    assert set(tree.find(values)) <= {0, 1, 4}


def test_no_leaves_raise():
    with pytest.raises(ValueError, match=r"`capacity` must be positive. Received: 0"):
        SumTree(0)
