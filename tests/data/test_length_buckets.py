import collections

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.length_buckets import LengthBuckets
from kerazoo.data.length_buckets import LengthError

LENGTHS = np.random.default_rng(0).integers(1, 21, 50)


def test_every_example_comes_once_in_a_batch_of_its_length():
    buckets = LengthBuckets(LENGTHS, (5, 12, 20), 40, seed=1, multiple_of=2)
    assert buckets.shapes == [(8, 5), (2, 12), (2, 20)]
    batches = buckets.batches(lambda *batch: batch)
    for epoch in range(2):
        seen = collections.Counter()
        count = buckets.batches_per_epoch
        for examples, length, number in batches.skip(epoch * count).take(count):
            assert number == epoch and len(examples) * length <= 40
            real = examples.numpy()[examples.numpy() < 50]
            assert (LENGTHS[real] <= int(length)).all()
            assert (
                np.searchsorted((5, 12, 20), LENGTHS[real])
                == ((5, 12, 20).index(int(length)))
            ).all()
            seen.update(real.tolist())
        assert seen == dict.fromkeys(range(50), 1)


def test_the_longest_must_fit():
    with pytest.raises(LengthError, match="at least 60 for 3 rows of length 20") as e:
        LengthBuckets(LENGTHS, (20,), 59, multiple_of=3)
    assert e.value.least == 60


def test_replicas_must_share_evenly():
    buckets = LengthBuckets(LENGTHS, (20,), 60, multiple_of=3)
    with pytest.raises(ValueError, match="multiple of the 2 replicas"):
        buckets.batches(lambda *b: b, 0, tf.distribute.InputContext(1, 0, 2))
