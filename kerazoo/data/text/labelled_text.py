"""Texts of classes."""

import dataclasses

import numpy as np


@dataclasses.dataclass(eq=False)
class LabelledText:
    """Texts and the class of each, split into training, validation and test.

    Args:
        name: str.
        class_names: list of str, one per class.
        train: pair of texts, a list of N str, and labels, an int32 array `(N,)` of
            classes from 0.
        validation: pair of texts and labels.
        test: pair of texts and labels, or None.

    Raises:
        ValueError: If there are fewer than two classes, texts and labels differ in
            number, a part has none, or a label is no class.

    Example:

    ```python
    train = ["good", "bad"], np.array([1, 0], np.int32)
    text = LabelledText("reviews", ["negative", "positive"], train, validation=train)
    ```
    """

    name: str
    class_names: list[str]
    train: tuple[list[str], np.ndarray]
    validation: tuple[list[str], np.ndarray]
    test: tuple[list[str], np.ndarray] | None = None

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
            texts, labels = getattr(self, part)
            if len(texts) != len(labels) or not texts:
                raise ValueError(
                    f"{self.name}: expected {part} texts, as many as labels. "
                    f"Received: {len(texts)} texts and {len(labels)} labels"
                )
            for i in np.flatnonzero((labels < 0) | (labels >= num_classes)):
                raise ValueError(
                    f"{self.name}: labels must be from 0 to {num_classes - 1}. "
                    f"Received: {part} labels[{i}]={labels[i]}"
                )

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name
