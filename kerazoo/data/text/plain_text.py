"""Text without labels, for language models."""

import dataclasses

_FEWEST = 10  # Characters, of which one is held out.


@dataclasses.dataclass
class PlainText:
    """One text for training and one for validation.

    Args:
        name: str.
        train: str.
        validation: str.

    Example:

    ```python
    text = PlainText.of("letters", "abcdefghijklmnopqrst")  # "st" is for validation.
    ```
    """

    name: str
    train: str
    validation: str

    def describe(self) -> str:
        """Returns what the settings of a run say of it; its content has a digest."""
        return self.name

    @classmethod
    def of(cls, name: str, text: str) -> "PlainText":
        """Splits a text: the last tenth of its characters is for validation.

        Args:
            name: str.
            text: str.

        Returns:
            `PlainText`.

        Raises:
            ValueError: If the text is shorter than 10 characters.
        """
        if len(text) < _FEWEST:
            raise ValueError(
                f"{name}: expected a text of {_FEWEST} characters or more. "
                f"Received: {len(text)} characters"
            )
        end = len(text) - len(text) // 10
        return cls(name, text[:end], text[end:])
