"""Text files, with errors that name the line."""

import codecs
import gzip
import os
import pathlib
import zlib

_MARKS = {  # UTF-32's begins with that of UTF-16.
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_text(path: str | os.PathLike, fallback: str | None = None) -> str:
    """Reads a text file in UTF-8, or in UTF-16 with a byte order mark.

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
    text = _decoded(path, _content(pathlib.Path(path)), fallback)
    if not text.strip():
        raise ValueError(f"{path}: expected text. Received: an empty file")
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")  # Of an old Macintosh.


def read_lines(path: str | os.PathLike, fallback: str | None = None) -> list[str]:
    """Reads the lines of a text file as `read_text` does, as a list of str."""
    lines = read_text(path, fallback).split("\n")
    return lines if lines[-1] else lines[:-1]


def _decoded(path, content, fallback):
    encoding = next(
        (name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8"
    )
    if encoding.startswith("utf-8") and b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise ValueError(
            f"{path}, line {line}: expected text in UTF-8. Received: a byte of 0"
        )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if fallback is not None:
            return content.decode(fallback)
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}, line {line}: expected text in UTF-8. Save it as UTF-8, or "
            f"convert it, as with iconv -f WINDOWS-1252 -t UTF-8. "
            f"Received: {content[error.start : error.end]!r}"
        ) from None


def _content(path):
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            return file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: expected gzip. Received: {error}") from None
