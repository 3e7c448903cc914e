"""Sounds with what is said in them."""

import dataclasses
import typing

import numpy as np

from kerazoo.data.digest import data_digest
from kerazoo.data.sound.sound_checks import check_sounds
from kerazoo.data.sound.sound_splits import Split


@dataclasses.dataclass(eq=False)
class Utterances:
    """Sounds, the text of each, and perhaps who speaks.

    Args:
        sounds: list of N float32 arrays `(T,)`, one channel each.
        texts: list of N str.
        speakers: list of N str, or None.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import Utterances

    utterances = Utterances([np.zeros(800, "float32")], ["yes"])
    len(utterances)  # 1
    ```
    """

    sounds: list[np.ndarray]
    texts: list[str]
    speakers: list[str] | None = None

    def __len__(self) -> int:
        return len(self.sounds)

    def chosen(self, indices: typing.Iterable[int]) -> "Utterances":
        """Returns some of them."""
        indices, speakers = list(indices), self.speakers
        return Utterances(
            [self.sounds[i] for i in indices],
            [self.texts[i] for i in indices],
            None if speakers is None else [speakers[i] for i in indices],
        )

    @property
    def num_samples(self) -> int:
        """How many samples all sounds have."""
        return sum(map(len, self.sounds))


@dataclasses.dataclass(eq=False)
class TranscribedSound:
    """Utterances of one rate, split into training, validation and test.

    Args:
        name: str.
        sample_rate: int. Samples a second, in Hz.
        train: `Utterances`.
        validation: `Utterances`.
        test: `Utterances`, or None.

    Raises:
        ValueError: If sounds, texts and speakers differ in number, a part has none, a
            sound is not mono float32 or has no samples, or a text is blank.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import TranscribedSound
    from kerazoo.data.sound import Utterances

    train = Utterances(2 * [np.zeros(800, "float32")], ["yes", "no"])
    sound = TranscribedSound("words", 8_000, train, validation=train)
    sound.characters()  # ["e", "n", "o", "s", "y"]
    ```
    """

    name: str
    sample_rate: int
    train: Utterances
    validation: Utterances
    test: Utterances | None = None

    @classmethod
    def of(
        cls, name: str, sample_rate: int, utterances: Utterances, parts: Split
    ) -> "TranscribedSound":
        """Splits utterances.

        Args:
            name, sample_rate: See above.
            utterances: All of them.
            parts: Those of `kerazoo.data.sound.sound_splits.split_sounds`.
        """
        train, validation, test = parts
        return cls(
            name,
            sample_rate,
            utterances.chosen(train),
            utterances.chosen(validation),
            None if test is None else utterances.chosen(test),
        )

    def __post_init__(self):
        for part in ("train", "validation", "test"):
            utterances = getattr(self, part)
            if utterances is None and part == "test":
                continue
            check_sounds(self.name, part, utterances.sounds)
            speakers = utterances.speakers
            counts = [len(utterances), len(utterances.texts)]
            counts += [] if speakers is None else [len(speakers)]
            if len(set(counts)) > 1:
                raise ValueError(
                    f"{self.name}: expected as many {part} texts (and speakers) as "
                    f"sounds. Received: {counts}"
                )
            for i, text in enumerate(utterances.texts):
                if not text.strip():
                    raise ValueError(
                        f"{self.name}: expected transcripts. "
                        f"Received: {part} texts[{i}]={text!r}"
                    )

    def characters(self) -> list[str]:
        """Returns the characters of the training texts, sorted."""
        return sorted(set().union(*self.train.texts))

    def digest(self) -> str:
        """Returns what tells the training data from others, 64 hexadecimal digits."""
        rate = np.array([self.sample_rate])
        return data_digest(rate, *self.train.sounds, self.train.texts)

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name
