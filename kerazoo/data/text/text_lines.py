"""Lines of text files."""

import os

from kerazoo.data.text_file import read_text


def read_lines(
    path: str | os.PathLike, fallback: str | None = None, errors: str = "strict"
) -> list[str]:
    """Reads the lines of a text file, see `kerazoo.data.text_file.read_text`.

    Args:
        path: Name of the file, gzip if it ends with `.gz`; `"-"` for standard input.
        fallback: Encoding of files that are not UTF-8, or None.
        errors: `"strict"`, or `"surrogateescape"` to keep bytes that are not UTF-8.

    Returns:
        list of str.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, blank or binary, not UTF-8, or no gzip.

    Example:

    ```python
    read_lines("sentences.en.gz")[0]  # "Two dogs run."
    ```
    """
    lines = read_text(path, fallback, errors).split("\n")
    return lines if lines[-1] else lines[:-1]
