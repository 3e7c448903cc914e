import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.text.token_buckets import TokenBuckets
from kerazoo.training import strategy as strategies

RANDOM = np.random.RandomState(0)  # Its numbers are the same in every NumPy.
LENGTHS = RANDOM.randint(1, 30, size=(2, 101))
# The tokens of example i are i + 1.
SOURCES, TARGETS = (
    [np.full(length, i + 1) for i, length in enumerate(lengths)] for lengths in LENGTHS
)
NUMBERS = np.arange(101)


def context(workers=1, worker=0, replicas=1):
    return tf.distribute.InputContext(workers, worker, replicas)


def buckets(**kwargs):
    options = {"tokens_per_batch": 120, "num_buckets": 4, "extras": (NUMBERS,)}
    return TokenBuckets((SOURCES, TARGETS), **{**options, **kwargs})


def taken(dataset, count):
    return [tuple(map(np.asarray, batch)) for batch in dataset.take(count)]


def assert_equal(batches, others):
    for batch, other in zip(batches, others, strict=True):
        for array, expected in zip(batch, other, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_an_epoch_has_every_example_once_in_its_bucket():
    made = buckets()
    batches = iter(taken(made.batches(), 3 * made.batches_per_epoch))
    orders = set()
    for _ in range(3):
        order = []
        shapes = []
        for sources, targets, numbers in itertools.islice(
            batches, made.batches_per_epoch
        ):
            assert sources.dtype == targets.dtype == np.int32
            assert sources.shape == targets.shape in made.shapes
            shapes.append(sources.shape)
            lengths = (sources > 0).sum(1), (targets > 0).sum(1)
            used = np.flatnonzero(lengths[0])
            assert not np.delete(numbers, used).any()
            order += numbers[used].tolist()
            place = made.boundaries.index(sources.shape[1])
            shorter = made.boundaries[place - 1] if place else 0
            assert (np.maximum(*lengths)[used] > shorter).all()
            for side, side_lengths, own in zip((sources, targets), LENGTHS, lengths):
                np.testing.assert_array_equal(own[used], side_lengths[numbers[used]])
                tokens = np.where(side > 0, numbers[:, None] + 1, 0)
                np.testing.assert_array_equal(side, tokens)
                # Padding is at the end only.
                assert (np.diff((side > 0).astype(int), axis=1) <= 0).all()
        assert sorted(order) == NUMBERS.tolist()
        assert shapes != sorted(shapes)
        orders.add(tuple(order))
    assert len(orders) == 3


def test_shapes_by_hand():
    sequences = [np.ones(n, int) for n in [2] * 5 + [3] * 4 + [7]]
    made = TokenBuckets((sequences,), tokens_per_batch=9, boundaries=[3, 5, 8])
    # 9 examples, 3 a batch; none of 4 or 5 tokens; 1 of 7.
    assert made.shapes == [(3, 3), (1, 8)]
    assert made.boundaries == (3, 8)
    assert made.batches_per_epoch == 4
    made = TokenBuckets((sequences,), 16, boundaries=[3, 8], multiple_of=2)
    assert made.shapes == [(4, 3), (2, 8)]
    assert made.batches_per_epoch == 4
    small = TokenBuckets((sequences,), 3_000, boundaries=[3, 8], multiple_of=2)
    assert small.shapes == [(10, 3), (2, 8)]  # No more rows than examples need.


def test_rows_are_within_the_tokens():
    made = buckets(multiple_of=2)
    for rows, length in made.shapes[:-1]:
        assert rows % 2 == 0
        assert rows * length <= 120
    assert made.boundaries[-1] == LENGTHS.max()
    assert all(b % 8 == 0 for b in buckets(length_multiple=8).boundaries)


def test_chosen_lengths_need_less_padding():
    def padded(**kwargs):
        return sum(rows * length for rows, length in shapes(buckets(**kwargs)))

    def shapes(made):
        return [
            batch[0].shape for batch in taken(made.batches(), made.batches_per_epoch)
        ]

    one, four = padded(num_buckets=1), padded(num_buckets=4)
    assert four < one
    assert four >= np.max(LENGTHS, axis=0).sum()


def test_another_seed_is_another_order():
    first, second = (taken(buckets(seed=seed).batches(), 20) for seed in (0, 1))
    assert [b[2].tolist() for b in first] != [b[2].tolist() for b in second]


@pytest.mark.parametrize("start", [1, 5, 15, 16, 40])
def test_resuming_batches_goes_on_exactly(start):
    made = buckets()
    whole = taken(made.batches(), start + 20)
    assert_equal(taken(buckets().batches(start), 20), whole[start:])


@pytest.mark.parametrize(("workers", "replicas"), [(1, 2), (2, 2), (2, 4), (4, 4)])
def test_replicas_share_token_batches_in_order(workers, replicas):
    made = buckets(multiple_of=4)
    per_worker = replicas // workers
    streams = [
        taken(made.batches(3, context(workers, worker, replicas)), 20 * per_worker)
        for worker in range(workers)
    ]
    for step, expected in enumerate(taken(made.batches(3), 20)):
        own = slice(step * per_worker, (step + 1) * per_worker)
        parts = list(itertools.chain.from_iterable(s[own] for s in streams))
        assert len({part[0].shape for part in parts}) == 1
        assert_equal([tuple(map(np.concatenate, zip(*parts)))], [expected])


def test_mirrored_strategy_gets_parts_of_one_shape():
    made = buckets(multiple_of=2)
    strategy = strategies.create("mirrored", num_devices=2)
    iterator = iter(
        strategy.distribute_datasets_from_function(
            lambda given: made.batches(context=given)
        )
    )

    @tf.function
    def step(iterator):
        return strategy.run(lambda *batch: batch, args=(next(iterator)))

    for expected in taken(made.batches(), 12):
        parts = map(strategy.experimental_local_results, step(iterator))
        assert_equal([tuple(np.concatenate(part) for part in parts)], [expected])


@pytest.mark.parametrize("options", [{"max_length": 20}, {"boundaries": (7, 20)}])
def test_long_sequences_are_left_out_or_truncated(options):
    longest = LENGTHS.max(axis=0)
    made = buckets(**options)
    assert made.num_too_long == (longest > 20).sum()
    assert made.num_examples == (longest <= 20).sum()
    numbers = np.concatenate(
        [b[2][b[0][:, 0] > 0] for b in taken(made.batches(), made.batches_per_epoch)]
    )
    assert sorted(numbers) == np.flatnonzero(longest <= 20).tolist()
    made = buckets(**options, too_long="truncate")
    assert made.num_too_long == (longest > 20).sum()
    assert made.num_examples == 101
    for sources, targets, numbers in taken(made.batches(), made.batches_per_epoch):
        used = sources[:, 0] > 0
        for side, lengths in zip((sources, targets), LENGTHS):
            np.testing.assert_array_equal(
                (side > 0).sum(1)[used], np.minimum(lengths[numbers[used]], 20)
            )


def test_a_side_may_be_empty_and_extras_have_any_shape():
    extras = (
        np.arange(12, dtype=np.float32).reshape(3, 2, 2),
        np.array([b"a", b"b", b"c"]),
    )
    sides = [[5], [], [6, 7]], [[], [8], [9]]
    made = TokenBuckets(sides, 8, num_buckets=1, extras=extras, multiple_of=4)
    first, second, numbers, words = next(iter(made.batches()))
    order = np.argsort(words)
    assert first.numpy()[order].tolist() == [[0, 0], [5, 0], [0, 0], [6, 7]]
    assert second.numpy()[order].tolist() == [[0, 0], [0, 0], [8, 0], [9, 0]]
    np.testing.assert_array_equal(numbers.numpy()[order][1:], extras[0])
    assert not numbers.numpy()[order][0].any()
    assert words.numpy()[order].tolist() == [b"", b"a", b"b", b"c"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"extras": (NUMBERS[:9],)}, "one length above 0. Received: lengths=[101, 101"),
        ({"boundaries": ()}, "must be positive and rise. Received: boundaries=()"),
        ({"boundaries": (3, 3)}, "Received: boundaries=(3, 3)"),
        ({"boundaries": (0, 3)}, "Received: boundaries=(0, 3)"),
        ({"max_length": 12, "length_multiple": 8}, "Received: max_length=12, length_m"),
        ({"too_long": "cut"}, "Received: too_long='cut'"),
        ({"num_buckets": 0}, "num_buckets=0"),
        ({"tokens_per_batch": 57, "multiple_of": 2}, "must be at least 58 for 2 rows"),
        ({"tokens_per_batch": 28}, "of 29 tokens. Received: tokens_per_batch=28"),
    ],
)
def test_bucket_errors(options, message):
    with pytest.raises(ValueError) as raised:
        buckets(**options)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ((), "Received: lengths=[]"),
        (([],), "Received: lengths=[0]"),
        (([[1]], [[1], [2]]), "Received: lengths=[1, 2]"),
        (
            ([[1], []], [[1], []]),
            "Expected tokens in every example. Received: none in 1",
        ),
        (([[1], [2, 0]],), "above 0, the padding. Received: 0 in example 1"),
    ],
)
def test_sequence_errors(sequences, message):
    with pytest.raises(ValueError) as raised:
        TokenBuckets(sequences, tokens_per_batch=100)
    assert message in str(raised.value)


def test_replicas_that_cannot_share():
    with pytest.raises(ValueError, match="the 2 replicas. Received: multiple_of=1"):
        buckets().batches(context=context(replicas=2))


def test_all_examples_too_long():
    with pytest.raises(ValueError, match="`max_length` must be 3 or more for one"):
        TokenBuckets(([[1, 2, 3]],), tokens_per_batch=100, max_length=2)
