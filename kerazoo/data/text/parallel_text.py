"""Sentences in two languages, or two notations."""

import dataclasses


@dataclasses.dataclass
class ParallelText:
    """Pairs of texts that say the same, split into training, validation and test.

    Args:
        name: str.
        train: pair of lists of str of equal length, sources and targets.
        validation: pair of lists of str.
        test: pair of lists of str, or None.

    Raises:
        ValueError: If sources and targets differ in number, or a part has none.

    Example:

    ```python
    pairs = ["eins", "zwei"], ["one", "two"]
    text = ParallelText("numbers", train=pairs, validation=pairs)
    ```
    """

    name: str
    train: tuple[list[str], list[str]]
    validation: tuple[list[str], list[str]]
    test: tuple[list[str], list[str]] | None = None

    def __post_init__(self):
        for part in ("train", "validation", "test"):
            pairs = getattr(self, part)
            if pairs is None and part == "test":
                continue
            sources, targets = map(len, pairs)
            if sources != targets or not sources:
                raise ValueError(
                    f"{self.name}: expected {part} pairs, as many sources as targets. "
                    f"Received: {sources} sources and {targets} targets"
                )

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name
