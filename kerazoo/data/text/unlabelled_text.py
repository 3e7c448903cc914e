"""Texts to learn a language from."""

import dataclasses
import typing

from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.split_texts import split_off


@dataclasses.dataclass
class UnlabelledText:
    """Documents, each a list of lines, for training and for validation.

    Args:
        name: str.
        train: list of documents, lists of str.
        validation: The same.

    Raises:
        ValueError: If a part has none.

    Example:

    ```python
    text = UnlabelledText.of("films", ["a fine film", "a dull film"])
    text.validation  # [["a dull film"]], or the other
    ```
    """

    name: str
    train: list[list[str]]
    validation: list[list[str]]

    def __post_init__(self):
        for part in ("train", "validation"):
            if not any(getattr(self, part)):
                raise ValueError(
                    f"{self.name}: expected {part} texts, two texts or lines in all at "
                    "least. Received: none"
                )

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name

    @classmethod
    def of(cls, name: str, texts: typing.Sequence[str]) -> "UnlabelledText":
        """Makes a document of each text; a tenth, always the same, is for validation.

        Args:
            name: str.
            texts: The texts.

        Raises:
            ValueError: If there are fewer than two.
        """
        kept, held = split_off((list(texts),))
        train, validation = (
            [lines_of(text) for text in part[0]] for part in (kept, held)
        )
        return cls(name, train, validation)

    @classmethod
    def of_plain(cls, text: PlainText) -> "UnlabelledText":
        """Makes one document of each part of a text."""
        return cls(text.name, [lines_of(text.train)], [lines_of(text.validation)])

    @classmethod
    def joined(
        cls, name: str, texts: typing.Sequence["UnlabelledText"]
    ) -> "UnlabelledText":
        """Joins the documents of several, in their order."""
        train = [document for text in texts for document in text.train]
        validation = [document for text in texts for document in text.validation]
        return cls(name, train, validation)


def lines_of(text: str) -> list[str]:
    """Returns the lines of a text that are not blank.

    Example:

    ```python
    lines_of("to be\\n\\nor not")  # ["to be", "or not"]
    ```
    """
    return [line for line in text.split("\n") if line.strip()]
