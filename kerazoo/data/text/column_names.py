"""What the columns of texts and of labels are called in the tables of others."""

import re
import typing

TEXT_NAMES = (
    *("text", "sentence", "review", "comment", "content", "message", "tweet", "post"),
    *("body", "question", "query", "utterance", "document", "article", "abstract"),
    *("description", "summary", "title", "headline"),
)
LABEL_NAMES = (
    *("label", "labels", "sentiment", "class", "category", "target", "topic", "intent"),
    *("rating", "emotion", "polarity", "stars", "score", "genre", "tag", "type"),
)
_MOST_WORDS = 3
_LONGEST = 40  # Characters.
_NAME = re.compile(r"[^\W\d][\w.:-]*( [\w.:-]+)*")


def could_be_name(cell: str) -> bool:
    """Returns whether a cell could name a column: one to three words, no sentence.

    Example:

    ```python
    could_be_name("Review Text"), could_be_name("I liked it!")  # (True, False)
    ```
    """
    words = cell.split(" ")
    return (
        bool(_NAME.fullmatch(cell))
        and len(cell) <= _LONGEST
        and len(words) <= _MOST_WORDS
        and cell[-1] not in ".:"
    )


def find_name(header: typing.Sequence[str], names: typing.Sequence[str]) -> int | None:
    """Returns the column that is called by the first of some names, or None.

    Case counts for nothing. A column of the very name comes before one whose last word
    is a name, as of `review_text`, `Review Text` or `ReviewText`.

    Args:
        header: list of str, the names of the columns.
        names: list of str in lower case, the likeliest first.

    Example:

    ```python
    from kerazoo.data.text.column_names import TEXT_NAMES

    find_name(["id", "Rating", "Review Text"], TEXT_NAMES)  # 2
    ```
    """
    for parts in ([_words(cell) for cell in header], [_words(c)[-1:] for c in header]):
        for name in names:
            if [name] in parts:
                return parts.index([name])
    return None


def _words(cell):
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell)
    return re.findall(r"[^\W\d_]+", parted.lower())
