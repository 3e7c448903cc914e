"""Text of a file, whatever its encoding, with errors that name the line."""

import codecs
import contextlib
import gzip
import os
import pathlib
import sys
import zlib

STANDARD_INPUT = "-"
_MARKS = {  # UTF-32's begins with that of UTF-16.
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXTS = {  # First bytes of files that are often taken for text.
    b"PK\x03\x04": "a file of Excel or a zip; a spreadsheet must be saved as CSV",
    b"\xd0\xcf\x11\xe0": "a file of Excel; a spreadsheet must be saved as CSV",
    b"\x1f\x8b": "gzip, whose name must end in .gz",
}


def read_text(
    path: str | os.PathLike,
    fallback: str | None = None,
    errors: str = "strict",
    first_bytes: int | None = None,
    may_be_blank: bool = False,
) -> str:
    """Reads text in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Args:
        path: Name of the file, gzip if it ends with `.gz`; `"-"` for standard input.
        fallback: Encoding of files that are not UTF-8, or None.
        errors: `"strict"`, or `"surrogateescape"` to keep bytes that are not UTF-8, see
            `is_utf8`.
        first_bytes: Reads the whole lines of no more than these; None for all.
        may_be_blank: Whether there may be nothing but spaces.

    Returns:
        The text, with lines that end with a line feed alone.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, blank or binary, not UTF-8, or no gzip.

    Example:

    ```python
    import pathlib

    pathlib.Path("films.txt").write_bytes("Amélie\\r\\n".encode("utf-16"))
    read_text("films.txt")  # "Amélie\\n"
    ```
    """
    content = _content(path, first_bytes)
    is_cut = first_bytes is not None and len(content) >= first_bytes
    text = _decoded(path, content, fallback, errors, is_cut)
    if not (may_be_blank or text.strip()):
        raise ValueError(f"{path}: expected text. Received: an empty file")
    text = text.replace("\r\n", "\n")
    text = text if "\n" in text else text.replace("\r", "\n")  # Of an old Macintosh.
    return (text[: text.rfind("\n") + 1] or text) if is_cut else text


def ending(path: str | os.PathLike) -> str:
    """Returns the ending of a file in lower case, without `.gz`.

    Example:

    ```python
    ending("texts/Reviews.CSV.gz")  # .csv
    ```
    """
    return pathlib.Path(os.fspath(path).removesuffix(".gz")).suffix.lower()


def is_utf8(text: str) -> bool:
    """Returns whether a text was UTF-8 in its file."""
    return text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text)


def _content(path, first_bytes):
    with contextlib.ExitStack() as stack:
        if str(path) == STANDARD_INPUT:
            file = sys.stdin.buffer
        elif pathlib.Path(path).suffix == ".gz":
            file = stack.enter_context(gzip.open(path))
        else:
            file = stack.enter_context(open(path, "rb"))
        try:
            return file.read(-1 if first_bytes is None else first_bytes)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: expected gzip. Received: {error}") from None


def _decoded(path, content, fallback, errors, is_cut):
    for start, received in _NO_TEXTS.items():
        if content.startswith(start):
            raise ValueError(f"{path}: expected text. Received: {received}")
    marks = (name for mark, name in _MARKS.items() if content.startswith(mark))
    encoding = next(marks, "utf-8")
    if encoding.startswith("utf-8") and b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise ValueError(
            f"{path}, line {line}: expected text in UTF-8. Received: a byte of 0"
        )
    # Unlike `bytes.decode`, it leaves out a character that is cut in two.
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        return decoder.decode(content, final=not is_cut)
    except UnicodeDecodeError as error:
        if fallback is not None:
            return content.decode(fallback)
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}, line {line}: expected text in UTF-8. Save it as UTF-8, or "
            f"convert it, as with iconv -f WINDOWS-1252 -t UTF-8. "
            f"Received: {error.object[error.start : error.end]!r}"
        ) from None
