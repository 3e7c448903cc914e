"""Words that are spelled in tones, made here: speech that needs no download."""

import string

import numpy as np

from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.mixing import mixed
from kerazoo.data.sound.mixing import with_gain
from kerazoo.data.sound.mono_sound import SAMPLE_RATE
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound import Utterances

_LETTERS = string.ascii_lowercase
_LOW = (697, 770, 852, 941, 1040)  # Hz: a telephone's keys, and one row more
_HIGH = (1209, 1336, 1477, 1633, 1805, 1995)  # and two columns more.
_NAME = "tone_letters"
_DETUNING = 0.01
_LETTER_SECONDS = (0.06, 0.14)
_GAP_SECONDS = (0.03, 0.08)
_SPACE_SECONDS = (0.2, 0.35)
_EDGE_SECONDS = (0.03, 0.2)
_RAMP_SECONDS = 0.005  # Without which a tone clicks.
_AMPLITUDE = 0.2
_GAIN_DB = (-12.0, 6.0)
_SNR_DB = (10.0, 30.0)
_WORDS, _WORD_LETTERS = (1, 3), (2, 5)


def tone_letters(
    seed: int = 0,
    train_examples: int = 1_500,
    validation_examples: int = 100,
    test_examples: int = 200,
    sample_rate: int = SAMPLE_RATE,
) -> TranscribedSound:
    """Makes words that are spelled in tones, a sound to be transcribed.

    A letter is two tones at once, as of a telephone's key: one of five low ones and one
    of six high ones. Words are of 2 to 5 random letters and texts of 1 to 3 words;
    letters last 60 to 140 ms, with 30 to 80 ms between them and 200 to 350 ms between
    words. Loudness varies by 18 dB, pitch by 1 %, and there is white noise, 10 to 30 dB
    below.

    Args:
        seed: The same gives the same sounds.
        train_examples, validation_examples, test_examples: How many to make.
        sample_rate: Samples a second, 8,000 at least.

    Returns:
        `TranscribedSound`.

    Raises:
        ValueError: If the rate is too low for the tones.

    Example:

    ```python
    from kerazoo.data.sound import tone_letters

    sound = tone_letters(train_examples=3, sample_rate=8_000)
    sound.train.texts[0], sound.train.sounds[0]
    ```
    """
    _check_rate(sample_rate)
    counts = train_examples, validation_examples, test_examples
    return TranscribedSound(
        _NAME,
        sample_rate,
        *(
            _utterances(np.random.default_rng((seed, part)), count, sample_rate)
            for part, count in enumerate(counts)
        ),
    )


def single_tone_letters(
    seed: int = 0,
    train_examples: int = 1_300,
    validation_examples: int = 130,
    test_examples: int = 260,
    sample_rate: int = SAMPLE_RATE,
) -> LabelledSound:
    """Makes single letters as `tone_letters` has them, to be told apart.

    Args:
        seed: The same gives the same sounds.
        train_examples, validation_examples, test_examples: How many to make; of 26 one
            after the other, each letter has one.
        sample_rate: Samples a second, 8,000 at least.

    Returns:
        `LabelledSound` of 26 classes.

    Raises:
        ValueError: If the rate is too low for the tones.

    Example:

    ```python
    from kerazoo.data.sound import single_tone_letters

    sounds, labels = single_tone_letters(train_examples=26, sample_rate=8_000).train
    ```
    """
    _check_rate(sample_rate)
    parts = []
    counts = train_examples, validation_examples, test_examples
    for part, count in enumerate(counts):
        generator = np.random.default_rng((seed, part))
        labels = np.arange(count, dtype=np.int32) % len(_LETTERS)
        sounds = [_spelled(_LETTERS[i], generator, sample_rate) for i in labels]
        parts.append((sounds, labels))
    return LabelledSound(_NAME, sample_rate, list(_LETTERS), *parts)


def _check_rate(sample_rate):
    if sample_rate < 8_000:
        raise ValueError(
            "`sample_rate` must be 8000 or more for tones up to 2 kHz. "
            f"Received: sample_rate={sample_rate}"
        )


def _utterances(generator, count, sample_rate):
    texts = [_text(generator) for _ in range(count)]
    return Utterances([_spelled(t, generator, sample_rate) for t in texts], texts)


def _text(generator):
    sizes = generator.integers(
        *_WORD_LETTERS, generator.integers(*_WORDS, endpoint=True), endpoint=True
    )
    return " ".join("".join(generator.choice(list(_LETTERS), size)) for size in sizes)


def _spelled(text, generator, sample_rate):
    """Returns the sound of a text."""
    detuning = 1 + _DETUNING * generator.uniform(-1, 1)
    parts = [_silence(_EDGE_SECONDS, generator, sample_rate)]
    for letter in text:
        if letter == " ":
            parts.append(_silence(_SPACE_SECONDS, generator, sample_rate))
        else:
            parts.append(_tones(letter, detuning, generator, sample_rate))
            parts.append(_silence(_GAP_SECONDS, generator, sample_rate))
    parts.append(_silence(_EDGE_SECONDS, generator, sample_rate))
    samples = with_gain(np.concatenate(parts), generator.uniform(*_GAIN_DB))
    noise = generator.normal(size=len(samples)).astype(np.float32)
    return np.clip(mixed(samples, noise, generator.uniform(*_SNR_DB)), -1, 1)


def _silence(seconds, generator, sample_rate):
    return np.zeros(int(generator.uniform(*seconds) * sample_rate), np.float32)


def _tones(letter, detuning, generator, sample_rate):
    row, column = divmod(_LETTERS.index(letter), len(_HIGH))
    count = int(generator.uniform(*_LETTER_SECONDS) * sample_rate)
    times = np.arange(count) / sample_rate
    phases = generator.uniform(0, 2 * np.pi, 2)
    wave = sum(
        np.sin(2 * np.pi * detuning * tone * times + phase)
        for tone, phase in zip((_LOW[row], _HIGH[column]), phases)
    )
    ramp = np.minimum(1, np.minimum(times, times[::-1]) / _RAMP_SECONDS)
    return (_AMPLITUDE * ramp * wave).astype(np.float32)
