import numpy as np
import pytest

from kerazoo.data.sound import LabelledSound
from kerazoo.data.sound import digit_strings
from kerazoo.data.sound.joined_sounds import DIGIT_WORDS

NAMES = [str(digit) for digit in range(10)]


def digits(test=True):
    """Each digit of each part is constant, so that it can be told."""
    parts = [
        ([np.full(200, 1 + d + 20 * p, "float32") for d in range(10)], np.arange(10))
        for p in range(3)
    ]
    return LabelledSound("digits", 8_000, NAMES, *parts[: 3 if test else 2])


def test_strings_are_of_the_recordings_of_their_part():
    strings = digit_strings(digits(), train_examples=30, snr_db=60)
    assert strings.name == "digits_strings"
    for number, part in enumerate((strings.train, strings.validation, strings.test)):
        for sound, text in zip(part.sounds[:30], part.texts):
            words = text.split()
            assert 3 <= len(words) <= 7
            levels = np.rint(sound).astype(int)
            is_new = np.diff(levels, prepend=0) != 0
            heard = [level for level in levels[is_new] if level]
            expected = [1 + DIGIT_WORDS.index(word) + 20 * number for word in words]
            # The same one twice may follow without a silence.
            assert {*heard} == {*expected} and (levels > 0).sum() == 200 * len(words)


def test_noise_and_seeds():
    few = {"train_examples": 3, "validation_examples": 1, "test_examples": 1}
    first, again = (digit_strings(digits(), **few) for _ in range(2))
    assert (
        first.digest() == again.digest() != digit_strings(digits(), 1, **few).digest()
    )
    clean, noisy = (
        digit_strings(digits(), **few, snr_db=snr).train.sounds for snr in (200, 20)
    )
    for signal, sound in zip(clean, noisy):
        ratio = np.mean(signal**2) / np.mean((sound - signal) ** 2)
        assert 10 * np.log10(ratio) == pytest.approx(20, abs=0.01)


def test_mistakes():
    with pytest.raises(ValueError, match="10 classes, test=None"):
        digit_strings(digits(test=False))
