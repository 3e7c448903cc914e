"""Sounds of classes."""

import dataclasses

import numpy as np

from kerazoo.data.digest import data_digest
from kerazoo.data.sound.sound_checks import check_sounds
from kerazoo.data.sound.sound_splits import Split


@dataclasses.dataclass(eq=False)
class LabelledSound:
    """Sounds and the class of each, split into training, validation and test.

    Args:
        name: str.
        sample_rate: int. Samples a second, in Hz.
        class_names: list of str, one per class.
        train: pair of sounds, a list of N float32 arrays `(T,)`, and labels, an int32
            array `(N,)` of classes from 0.
        validation: pair of sounds and labels.
        test: pair of sounds and labels, or None.

    Raises:
        ValueError: If there are fewer than two classes, sounds and labels differ in
            number, a part has none, a sound is not mono float32 or has no samples, or a
            label is no class.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import LabelledSound

    train = 2 * [np.zeros(800, "float32")], np.array([0, 1], np.int32)
    LabelledSound("words", 8_000, ["no", "yes"], train, validation=train)
    ```
    """

    name: str
    sample_rate: int
    class_names: list[str]
    train: tuple[list[np.ndarray], np.ndarray]
    validation: tuple[list[np.ndarray], np.ndarray]
    test: tuple[list[np.ndarray], np.ndarray] | None = None

    @classmethod
    def of(
        cls,
        name: str,
        sample_rate: int,
        class_names: list[str],
        sounds: list[np.ndarray],
        labels: np.ndarray,
        parts: Split,
    ) -> "LabelledSound":
        """Splits sounds and their labels.

        Args:
            name, sample_rate, class_names: See above.
            sounds: All of them.
            labels: int32 array `(N,)`.
            parts: Those of `kerazoo.data.sound.sound_splits.split_sounds`.
        """

        def chosen(indices):
            return [sounds[i] for i in indices], labels[indices]

        train, validation, test = parts
        return cls(
            name,
            sample_rate,
            class_names,
            chosen(train),
            chosen(validation),
            None if test is None else chosen(test),
        )

    def __post_init__(self):
        num_classes = len(self.class_names)
        if num_classes < 2:
            raise ValueError(
                f"{self.name}: expected two classes or more. "
                f"Received: class_names={self.class_names}"
            )
        for part in ("train", "validation", "test"):
            if getattr(self, part) is None and part == "test":
                continue
            sounds, labels = getattr(self, part)
            check_sounds(self.name, part, sounds)
            if len(sounds) != len(labels):
                raise ValueError(
                    f"{self.name}: expected as many {part} labels as sounds. "
                    f"Received: {len(sounds)} sounds and {len(labels)} labels"
                )
            for i in np.flatnonzero((labels < 0) | (labels >= num_classes)):
                raise ValueError(
                    f"{self.name}: labels must be from 0 to {num_classes - 1}. "
                    f"Received: {part} labels[{i}]={labels[i]}"
                )

    def digest(self) -> str:
        """Returns what tells the training data from others, 64 hexadecimal digits."""
        sounds, labels = self.train
        return data_digest(np.array([self.sample_rate]), *sounds, labels)

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name
