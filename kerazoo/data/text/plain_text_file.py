"""Text of the user's own file, or of all files of a folder."""

import logging
import os
import pathlib

from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.text_files import text_files
from kerazoo.data.text_file import read_text

_logger = logging.getLogger(__name__)


def text_file(path: str | os.PathLike) -> PlainText:
    """Reads a text file, or all `.txt` of a folder; the last tenth is for validation.

    Files are in UTF-8, and gzip if they end with `.gz`. Those of a folder, and of the
    folders in it, follow one another in the order of their names.

    Args:
        path: path of the file or of the folder.

    Returns:
        `PlainText`.

    Raises:
        OSError: If a file cannot be read, or a folder has none.
        ValueError: If a file is empty or binary or not UTF-8, or the text is shorter
            than 10 characters.

    Example:

    ```python
    text = text_file("novel.txt")
    ```
    """
    path = pathlib.Path(path)
    if not path.is_dir():
        return PlainText.of(path.name, read_text(path))
    files = text_files(path)
    text = PlainText.of(path.resolve().name, "\n".join(map(read_text, files)))
    count = len(text.train) + len(text.validation)
    _logger.info(f"{path}: {len(files)} files of {count:,} characters in all")
    return text
