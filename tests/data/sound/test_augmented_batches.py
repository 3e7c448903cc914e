import numpy as np

from kerazoo.data.sound import augment_sounds

LENGTHS = np.array([800, 500, 0], "int32")
SAMPLES = np.random.default_rng(0).normal(size=(3, 800)).astype("float32")
SEEDS = np.array([[0, 1], [0, 2], [0, 3]])


def test_silence_is_around_sounds():
    samples, lengths = augment_sounds(SAMPLES, LENGTHS, SEEDS, 100, with_noise=False)
    assert samples.shape == (3, 1_000) and lengths.dtype == "int32"
    added = lengths.numpy() - LENGTHS
    assert (added[:2] > 0).all() and (added <= 200).all() and not added[2]
    for row, sound, length, total in zip(samples.numpy(), SAMPLES, LENGTHS, lengths):
        start = np.argmax(row != 0)
        assert start <= 100 and start + length <= total
        np.testing.assert_array_equal(row[start : start + length], sound[:length])
        assert not row[:start].any() and not row[start + length :].any()


def test_noise_ends_with_the_sound():
    samples, lengths = augment_sounds(SAMPLES, LENGTHS, SEEDS)
    np.testing.assert_array_equal(lengths, LENGTHS)
    for row, length in zip(samples.numpy(), LENGTHS):
        assert not row[length:].any() and np.isfinite(row).all()
    # Up to 6 dB louder or quieter, with noise 10 dB below at most.
    ratio = np.linalg.norm(samples[0]) / np.linalg.norm(SAMPLES[0])
    assert 0.5 < ratio < 2.2 and abs(ratio - 1) > 1e-3
    assert np.corrcoef(samples[0], SAMPLES[0])[0, 1] > 0.9


def test_each_sound_is_of_its_own_seed():
    whole, lengths = augment_sounds(SAMPLES, LENGTHS, SEEDS, 50)
    for i in (1, 0):
        alone, length = augment_sounds(
            SAMPLES[i : i + 1], LENGTHS[i : i + 1], SEEDS[i : i + 1], 50
        )
        assert length[0] == lengths[i]
        np.testing.assert_array_equal(alone[0], whole[i])
    again, _ = augment_sounds(SAMPLES, LENGTHS, SEEDS[::-1].copy(), 50)
    assert np.abs(again[0] - whole[0]).max() > 0.1
