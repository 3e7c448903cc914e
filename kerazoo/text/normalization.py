"""Texts as vocabularies see them, to be compared with what models write."""

import unicodedata


def as_vocabularies_see(line: str, lower_case: bool = False) -> str:
    """Normalises a text as those of `train_vocabulary` do, but for rare characters.

    SentencePiece's own rules keep some control characters, and marks in an order that
    is not NFKC's; a score must not depend on them.

    Args:
        line: The text.
        lower_case: Makes it lower case, one character after the other.

    Returns:
        The text in NFKC, with one space between words.

    Example:

    ```python
    from kerazoo.text import as_vocabularies_see

    as_vocabularies_see("\u2116  1", lower_case=True)  # "no 1"
    ```
    """
    line = unicodedata.normalize("NFKC", line)
    if lower_case:
        lower = "".join(character.lower() for character in line)
        line = unicodedata.normalize("NFKC", lower)
    return " ".join(line.split())
