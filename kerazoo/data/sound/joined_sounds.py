"""Strings of spoken words, joined from recordings of single ones."""

import numpy as np

from kerazoo.data.sound.labelled_sound import LabelledSound
from kerazoo.data.sound.mixing import mixed
from kerazoo.data.sound.transcribed_sound import TranscribedSound
from kerazoo.data.sound.transcribed_sound import Utterances

DIGIT_WORDS = (
    *("zero", "one", "two", "three", "four"),
    *("five", "six", "seven", "eight", "nine"),
)


def digit_strings(
    digits: LabelledSound,
    seed: int = 0,
    train_examples: int = 1_500,
    validation_examples: int = 150,
    test_examples: int = 300,
    num_digits: tuple[int, int] = (3, 7),
    silence_seconds: tuple[float, float] = (0.0, 0.3),
    snr_db: float = 20.0,
) -> TranscribedSound:
    """Joins recordings of digits, with silences and white noise.

    Each part is of its own recordings: those of the test are never trained on.

    Args:
        digits: `LabelledSound` of ten classes, the digits from 0.
        seed: The same gives the same strings.
        train_examples, validation_examples, test_examples: How many to make.
        num_digits: Fewest and most digits of a string.
        silence_seconds: Shortest and longest silence before, between and after them.
        snr_db: Ratio of signal to noise, in decibels.

    Returns:
        `TranscribedSound`, its texts like `"three one four"`.

    Raises:
        ValueError: If there are not ten classes, or no test.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import LabelledSound
    from kerazoo.data.sound import digit_strings

    part = 10 * [np.ones(800, "float32")], np.arange(10, dtype="int32")
    names = [str(digit) for digit in range(10)]
    digits = LabelledSound("digits", 8_000, names, part, part, part)
    digit_strings(digits, train_examples=2).train.texts
    ```
    """
    if len(digits.class_names) != len(DIGIT_WORDS) or digits.test is None:
        raise ValueError(
            "`digits` must have ten classes and a test. Received: "
            f"{len(digits.class_names)} classes, test={digits.test and '...'}"
        )
    counts = {
        "train": train_examples,
        "validation": validation_examples,
        "test": test_examples,
    }
    parts = []
    for number, (part, count) in enumerate(counts.items()):
        generator = np.random.default_rng((seed, number))
        joined = [
            _joined(
                getattr(digits, part),
                generator,
                int(generator.integers(*num_digits, endpoint=True)),
                [digits.sample_rate * seconds for seconds in silence_seconds],
                snr_db,
            )
            for _ in range(count)
        ]
        sounds, texts = (list(column) for column in zip(*joined))
        parts.append(Utterances(sounds, texts))
    return TranscribedSound(f"{digits.name}_strings", digits.sample_rate, *parts)


def _joined(part, generator, count, silence, snr_db):
    """Returns the sound of so many digits, and their words."""
    sounds, labels = part
    chosen = generator.integers(0, len(sounds), count)
    pieces = [_silence(silence, generator)]
    for i in chosen:
        pieces += [sounds[i], _silence(silence, generator)]
    samples = np.concatenate(pieces)
    noise = generator.normal(size=len(samples)).astype(np.float32)
    words = " ".join(DIGIT_WORDS[labels[i]] for i in chosen)
    return mixed(samples, noise, snr_db), words


def _silence(samples, generator):
    return np.zeros(int(generator.uniform(*samples)), np.float32)
