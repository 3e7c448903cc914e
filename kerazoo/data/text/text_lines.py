"""Text files, with errors that name the line."""

import gzip
import os
import pathlib
import zlib


def read_text(path: str | os.PathLike, fallback: str | None = None) -> str:
    """Reads a text file, UTF-8 with or without a byte order mark.

    Args:
        path: path of the file, gzip if it ends with `.gz`.
        fallback: str. Encoding of files that are not UTF-8, or None.

    Returns:
        str, with lines that end with a line feed alone.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, blank or binary, not UTF-8, or no gzip.

    Example:

    ```python
    read_text("sentences.en.gz")
    ```
    """
    content = _content(pathlib.Path(path))
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise ValueError(
            f"{path}, line {line}: expected text in UTF-8. Received: a byte of 0"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if fallback is None:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{path}, line {line}: expected text in UTF-8. "
                f"Received: {error.object[error.start : error.end]!r}"
            ) from None
        text = content.decode(fallback)
    if not text.strip():
        raise ValueError(f"{path}: expected text. Received: an empty file")
    return text.replace("\r\n", "\n")


def read_lines(path: str | os.PathLike, fallback: str | None = None) -> list[str]:
    """Reads the lines of a text file as `read_text` does, as a list of str."""
    lines = read_text(path, fallback).split("\n")
    return lines if lines[-1] else lines[:-1]


def _content(path):
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: expected gzip. Received: {error}") from None
