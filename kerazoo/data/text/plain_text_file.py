"""Text of the user's own file."""

import os
import pathlib

from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.text_lines import read_text


def text_file(path: str | os.PathLike) -> PlainText:
    """Reads a text file in UTF-8; the last tenth is for validation.

    Args:
        path: path of the file, gzip if it ends with `.gz`.

    Returns:
        `PlainText`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty or binary, not UTF-8, or shorter than 10 characters.

    Example:

    ```python
    text = text_file("novel.txt")
    ```
    """
    return PlainText.of(pathlib.Path(path).name, read_text(path))
