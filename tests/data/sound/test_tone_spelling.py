import numpy as np
import pytest

from kerazoo.data.sound import single_tone_letters
from kerazoo.data.sound import tone_letters

RATE = 8_000


def heard(sound):
    """Returns the low and the high frequency that are loudest."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8_192))
    frequencies = np.arange(len(power)) * RATE / 8_192
    is_low = (frequencies > 600) & (frequencies < 1_120)
    is_high = (frequencies > 1_120) & (frequencies < 2_100)
    return tuple(frequencies[np.argmax(power * part)] for part in (is_low, is_high))


def test_letters_are_two_tones():
    sounds, labels = single_tone_letters(
        train_examples=26, validation_examples=26, test_examples=26, sample_rate=RATE
    ).train
    assert labels.tolist() == [*range(26)]
    rows, columns = (697, 770, 852, 941, 1040), (1209, 1336, 1477, 1633, 1805, 1995)
    for sound, label in zip(sounds, labels):
        low, high = heard(sound)
        assert low == pytest.approx(rows[label // 6], rel=0.02)
        assert high == pytest.approx(columns[label % 6], rel=0.02)


def test_texts_sounds_and_seeds():
    counts = {"train_examples": 40, "validation_examples": 4, "test_examples": 5}
    sound, again, other = (
        tone_letters(seed, **counts, sample_rate=RATE) for seed in (0, 0, 1)
    )
    parts = sound.train, sound.validation, sound.test
    assert [len(part) for part in parts] == [40, 4, 5]
    assert sound.digest() == again.digest() != other.digest()
    assert not {*sound.train.texts[:4]} & {*sound.validation.texts}
    for samples, text in zip(sound.train.sounds, sound.train.texts):
        assert 1 <= len(text.split()) <= 3
        assert all(2 <= len(word) <= 5 for word in text.split())
        assert len(samples) >= 0.09 * RATE * len(text.replace(" ", ""))
        assert 0 < np.abs(samples).max() <= 1


def test_rates_that_are_too_low():
    with pytest.raises(ValueError, match="sample_rate=4000"):
        tone_letters(sample_rate=4_000)
