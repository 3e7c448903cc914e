import collections

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.sound.sound_buckets import SoundBuckets

RANDOM = np.random.default_rng(0)
SOUNDS = [RANDOM.normal(size=n).astype("float32") for n in RANDOM.integers(1, 90, 30)]
TOKENS = [np.arange(4, 4 + n).astype("int32") for n in RANDOM.integers(0, 5, 30)]


def make(multiple_of=1, **arguments):
    return SoundBuckets(
        *(SOUNDS, TOKENS, 400, 3),
        length_multiple=10,
        seed=7,
        multiple_of=multiple_of,
        **arguments,
    )


def rows_of(batches):
    """Returns the rows of batches: samples without padding, and tokens."""
    rows = []
    for (samples, lengths, *_), tokens in batches:
        for row, length, own in zip(samples.numpy(), lengths.numpy(), tokens.numpy()):
            assert not row[length:].any()
            rows.append((row[:length].tobytes(), tuple(own[own > 0])))
    return rows


def test_each_epoch_has_every_sound_once_with_its_text():
    buckets = make()
    expected = collections.Counter(
        (sound.tobytes(), tuple(tokens)) for sound, tokens in zip(SOUNDS, TOKENS)
    )
    epochs = list(buckets.batches().take(2 * buckets.batches_per_epoch))
    for epoch in np.split(np.arange(len(epochs)), 2):
        rows = collections.Counter(rows_of(epochs[i] for i in epoch))
        rows.pop((b"", ()), None)  # Those that fill up.
        assert rows == expected
    shapes = {tuple(samples.shape) for (samples, _), _ in epochs}
    assert shapes == set(buckets.shapes) and len(shapes) <= 3
    assert all(rows * length <= 400 and length % 10 == 0 for rows, length in shapes)


def test_goes_on_and_gives_replicas_the_same_rows():
    buckets = make(multiple_of=2, num_uniforms=3)
    whole = list(buckets.batches().take(12))
    later = list(buckets.batches(start_step=5).take(7))
    context = tf.distribute.InputContext(1, 0, 2)
    parts = list(buckets.batches(5, context).take(14))
    for k, expected in enumerate(whole[5:]):
        halves = tf.nest.map_structure(
            lambda *x: tf.concat(x, 0), parts[2 * k], parts[2 * k + 1]
        )
        for found in (later[k], halves):
            tf.nest.map_structure(np.testing.assert_array_equal, found, expected)


def test_uniform_numbers_are_new_in_each_epoch():
    buckets = make(num_uniforms=2)
    found = [
        np.concatenate([uniforms for (_, _, uniforms), _ in epoch])
        for epoch in (
            buckets.batches(k * buckets.batches_per_epoch).take(
                buckets.batches_per_epoch
            )
            for k in range(2)
        )
    ]
    values = np.unique(np.concatenate(found))
    assert values.size >= 2 * 2 * 30 and values.min() >= 0 and values.max() < 1


@pytest.mark.parametrize(
    "sounds, tokens, samples, message",
    [
        ([], [], 100, "Expected sounds, and as many texts. Received: 0 sounds and 0"),
        (SOUNDS, TOKENS[1:], 100, "Received: 30 sounds and 29 texts"),
        (SOUNDS, TOKENS, 80, "`samples_per_batch` must be at least 90 for 1 rows of"),
    ],
)
def test_refuses(sounds, tokens, samples, message):
    with pytest.raises(ValueError, match=message):
        SoundBuckets(sounds, tokens, samples, length_multiple=10)
