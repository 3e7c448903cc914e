"""Python's own help texts, which need no download."""

from kerazoo.data.text.plain_text import PlainText


def python_topics() -> PlainText:
    """Returns the topics of Python's `help()`, some 460,000 characters of English.

    They are those of the running Python, in alphabetic order of their keys; the last
    tenth is for validation.

    Returns:
        `PlainText`.

    Example:

    ```python
    text = python_topics()
    ```
    """
    from pydoc_data import topics

    texts = [text.strip("\n") for _, text in sorted(topics.topics.items())]
    return PlainText.of("python_topics", "\n\n\n".join(texts))
