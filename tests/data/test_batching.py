import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.training import strategy as strategies

NUMBERS = np.arange(10)


def context(workers=1, worker=0, replicas=1):
    return tf.distribute.InputContext(workers, worker, replicas)


def steps(count, batch_size=4, **kwargs):
    """Numbers of the first batches, or of those after `start_step`."""
    dataset = array_batches((NUMBERS,), batch_size, seed=3, **kwargs)
    return [numbers.numpy().tolist() for (numbers,) in dataset.take(count)]


def test_every_epoch_has_all_examples_in_its_own_order():
    numbers = np.concatenate(steps(25)).reshape(10, 10)
    np.testing.assert_array_equal(np.sort(numbers, axis=1), np.tile(NUMBERS, (10, 1)))
    assert len({tuple(epoch) for epoch in numbers}) == 10


def test_another_seed_is_another_order():
    (first,) = next(iter(array_batches((NUMBERS,), 10, seed=0)))
    (second,) = next(iter(array_batches((NUMBERS,), 10, seed=1)))
    assert first.numpy().tolist() != second.numpy().tolist()


@pytest.mark.parametrize("start", [1, 2, 3, 5, 7, 20])
def test_resuming_goes_on_exactly(start):
    assert steps(start + 6)[start:] == steps(6, start_step=start)


def test_resumed_flips_and_shifts_are_the_same():
    images = np.arange(10 * 6).reshape(10, 2, 3, 1)
    options = {"batch_size": 4, "seed": 3, "flip": True, "shift": 1}
    whole = list(array_batches((images,), **options).take(9).as_numpy_iterator())
    rest = array_batches((images,), **options, start_step=4).take(5)
    for expected, batch in zip(whole[4:], rest.as_numpy_iterator(), strict=True):
        np.testing.assert_array_equal(batch[0], expected[0])


def test_batch_larger_than_the_data_wraps():
    (batch,) = steps(1, batch_size=25)
    np.testing.assert_array_equal(np.bincount(batch[:20]), np.full(10, 2))


@pytest.mark.parametrize(("workers", "replicas"), [(1, 2), (2, 2), (2, 4), (4, 4)])
def test_replicas_share_the_same_batches_in_order(workers, replicas):
    per_worker = replicas // workers
    streams = [
        steps(
            6 * per_worker,
            batch_size=8,
            start_step=2,
            context=context(workers, worker, replicas),
        )
        for worker in range(workers)
    ]
    for step, expected in enumerate(steps(6, batch_size=8, start_step=2)):
        own = slice(step * per_worker, (step + 1) * per_worker)
        parts = itertools.chain.from_iterable(stream[own] for stream in streams)
        assert list(itertools.chain.from_iterable(parts)) == expected


def test_mirrored_strategy_gets_consecutive_parts():
    strategy = strategies.create("mirrored", num_devices=2)
    iterator = iter(
        strategy.distribute_datasets_from_function(
            lambda given: array_batches((NUMBERS,), 4, seed=3, context=given)
        )
    )
    for expected in steps(4):
        (numbers,) = next(iterator)
        parts = [part.numpy() for part in strategy.experimental_local_results(numbers)]
        assert np.concatenate(parts).tolist() == expected


def test_arrays_stay_together_and_are_preprocessed():
    images = NUMBERS.astype(np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1))
    dataset = array_batches(
        (images.astype(np.uint8), NUMBERS),
        4,
        seed=0,
        preprocess=lambda images, labels: (tf.cast(images, tf.float32) / 2, labels),
    )
    assert dataset.element_spec[0].shape == (4, 2, 2, 1)
    assert dataset.element_spec[0].dtype == tf.float32
    for images, labels in dataset.take(5):
        np.testing.assert_array_equal(images[:, 0, 0, 0], labels / 2)


def test_flips_mirror_half_of_the_images_left_to_right():
    images = np.zeros((100, 2, 3, 1), np.float32)
    images[:, 0] = [[1], [2], [3]]
    batch, numbers = next(
        iter(array_batches((images, np.arange(100)), 2_000, seed=0, flip=True))
    )
    rows = batch.numpy()[:, 0, :, 0]
    mirrored = (rows == [3, 2, 1]).all(axis=1)
    assert ((rows == [1, 2, 3]).all(axis=1) | mirrored).all()
    assert not batch.numpy()[:, 1].any()
    assert abs(mirrored.mean() - 0.5) < 5 * 0.5 / 2_000**0.5
    # Each time anew: no image is always mirrored, or never, nor are places.
    share = np.bincount(numbers[mirrored], minlength=100) / 20
    assert share.min() > 0
    assert share.max() < 1
    by_place = mirrored.reshape(20, 100).mean(axis=0)
    assert by_place.min() > 0
    assert by_place.max() < 1


def test_shifts_move_images_over_a_background_of_zeros():
    images = np.zeros((50, 4, 5, 2), "uint8")
    images[:, 1, 2] = [7, 9]  # One pixel.
    dataset = array_batches((images, np.arange(50)), 2_000, seed=0, shift=2)
    batch, _ = next(dataset.as_numpy_iterator())
    assert batch.dtype == np.uint8
    seen = np.argwhere(batch[..., 0])
    assert (batch[..., 1] == batch[..., 0] // 7 * 9).all()
    # Out of sight where it moves up by 2; else at one of four rows and five columns.
    assert abs(len(seen) / 2_000 - 4 / 5) < 5 * 0.4 / 2_000**0.5
    counts = np.zeros((4, 5))
    np.add.at(counts, (seen[:, 1], seen[:, 2]), 1)
    assert (abs(counts - 80) < 5 * 80**0.5).all()


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ((), {}, "one length above 0. Received: lengths=[]"),
        ((NUMBERS[:0],), {}, "Received: lengths=[0]"),
        ((NUMBERS, NUMBERS[:9]), {}, "Received: lengths=[10, 9]"),
        ((NUMBERS,), {"batch_size": 0}, "Received: batch_size=0"),
        (
            (NUMBERS,),
            {"batch_size": 5, "context": context(replicas=2)},
            "a multiple of the 2 replicas. Received: batch_size=5",
        ),
        ((NUMBERS,), {"flip": True}, "Received: shape=(10,)"),
        ((NUMBERS,), {"shift": 1}, "Received: shape=(10,)"),
        ((NUMBERS,), {"shift": -1}, "Received: shift=-1"),
    ],
)
def test_errors(arrays, options, message):
    with pytest.raises(ValueError) as raised:
        array_batches(arrays, **{"batch_size": 4, "seed": 0, **options})
    assert message in str(raised.value)
