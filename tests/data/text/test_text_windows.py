import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.text.text_windows import token_windows

TEXT = np.random.default_rng(0).permutation(50) + 4  # Each token once.


def taken(count, *args, **kwargs):
    """Returns some batches as NumPy arrays."""
    batches = token_windows(*args, **kwargs).take(count)
    return [(x.numpy(), y.numpy()) for x, y in batches]


def contexts(num_workers, replicas_per_worker):
    return [
        tf.distribute.InputContext(
            num_input_pipelines=num_workers,
            input_pipeline_id=worker,
            num_replicas_in_sync=num_workers * replicas_per_worker,
        )
        for worker in range(num_workers)
    ]


def assert_same(found, expected):
    assert len(found) == len(expected)
    for pair, other in zip(found, expected):
        np.testing.assert_array_equal(pair, other)


def test_windows_are_of_the_text_and_targets_follow():
    places = {token: place for place, token in enumerate(TEXT)}
    for inputs, targets in taken(20, TEXT, length=7, batch_size=3, seed=0):
        assert inputs.dtype == targets.dtype == "int32"
        assert inputs.shape == targets.shape == (3, 7)
        for row, after in zip(inputs, targets):
            start = places[row[0]]
            np.testing.assert_array_equal(row, TEXT[start : start + 7])
            np.testing.assert_array_equal(after, TEXT[start + 1 : start + 8])


def test_all_places_are_as_likely():
    batches = taken(40, np.arange(14), length=9, batch_size=50, seed=1)
    starts = np.concatenate([inputs[:, 0] for inputs, _ in batches])
    counts = np.bincount(starts)
    assert len(counts) == 5  # From the first window to the last one.
    # Of 2,000 draws, 400 each with a standard deviation of 18.
    assert np.abs(counts - 400).max() < 5 * 18


def test_start_step_goes_on_exactly():
    whole = taken(9, TEXT, 7, 4, seed=3)
    for step in (0, 1, 6):
        assert_same(taken(9 - step, TEXT, 7, 4, seed=3, start_step=step), whole[step:])


def test_seeds_and_steps_give_other_batches():
    batches = [*taken(4, TEXT, 7, 4, seed=3), *taken(4, TEXT, 7, 4, seed=4)]
    for (one, _), (other, _) in itertools.combinations(batches, 2):
        assert (one != other).any()


@pytest.mark.parametrize(("num_workers", "replicas"), [(1, 2), (2, 1), (2, 3)])
def test_parts_of_replicas_are_the_batch(num_workers, replicas):
    expected = taken(3, TEXT, 5, 12, seed=2, start_step=1)
    parts = [
        taken(3 * replicas, TEXT, 5, 12, seed=2, start_step=1, context=context)
        for context in contexts(num_workers, replicas)
    ]
    for step, whole in enumerate(expected):
        # Worker by worker, the parts of its replicas one after the other.
        own = [
            part
            for worker in parts
            for part in worker[step * replicas : (step + 1) * replicas]
        ]
        assert all(len(x) == 12 / (num_workers * replicas) for x, _ in own)
        for side in (0, 1):
            joined = np.concatenate([part[side] for part in own])
            np.testing.assert_array_equal(joined, whole[side])


def test_shapes_are_known_and_batches_do_not_end():
    batches = token_windows(TEXT, 7, 4, seed=0)
    for spec in batches.element_spec:
        assert spec.shape == (4, 7) and spec.dtype == tf.int32
    assert batches.cardinality() == tf.data.INFINITE_CARDINALITY


def test_shortest_text():
    ((inputs, targets),) = taken(1, np.array([8, 9, 7]), 2, 1, seed=0)
    np.testing.assert_array_equal([inputs, targets], [[[8, 9]], [[9, 7]]])


def test_mistakes_raise():
    with pytest.raises(ValueError, match="Received: 5 tokens, length=5"):
        token_windows(np.arange(5), 5, 2, seed=0)
    with pytest.raises(ValueError, match="Received: 50 tokens, length=0"):
        token_windows(TEXT, 0, 2, seed=0)
    with pytest.raises(ValueError, match="positive .* 1 replicas.*batch_size=0"):
        token_windows(TEXT, 5, 0, seed=0)
    (context,) = contexts(1, 2)
    with pytest.raises(ValueError, match="the 2 replicas.*Received: batch_size=3"):
        token_windows(TEXT, 5, 3, seed=0, context=context)
