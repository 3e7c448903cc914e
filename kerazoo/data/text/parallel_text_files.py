"""Sentence pairs of the user's own files, one file for each language."""

import os
import pathlib
import warnings

from kerazoo.data.held_out import held_out
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.text_lines import read_lines

_VALIDATIONS = ("valid", "val", "validation", "dev")
_VALIDATION_SHARE = 0.1


def parallel_files(
    directory: str | os.PathLike, source: str, target: str
) -> ParallelText:
    """Reads text files in which the same line of two files is a pair.

    The folder has `train.<language>` for both languages, and may have a validation
    (`valid`, `val`, `validation` or `dev`) and a test (the first in sorted order that
    begins with `test`, as `test_2016.<language>`); all in UTF-8 and perhaps gzip, with
    `.gz` at the end. Without validation files, a tenth of the training pairs, always
    the same, is for validation. A warning counts the pairs with a blank line, which
    are left out.

    Args:
        directory: path of the folder.
        source: str. Language translated from, as in the files' names.
        target: str. Language translated to.

    Returns:
        `ParallelText`.

    Raises:
        FileNotFoundError: If there is no such folder or a file of a pair is missing.
        ValueError: If two files differ in their number of lines; if one is empty or
            binary, or not UTF-8; or if the languages are the same.

    Example:

    ```python
    text = parallel_files("multi30k", source="de", target="en")
    ```
    """
    folder = pathlib.Path(directory)
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of text files. Received: {folder}")
    if source == target:
        raise ValueError(f"Expected two languages. Received: source=target={source}")
    languages = (source, target)
    train = _pairs(folder, ["train"], languages)
    if train is None:
        names = " and ".join(f"train.{language}[.gz]" for language in languages)
        raise FileNotFoundError(f"Expected {names} in the folder. Received: {folder}")
    validation = _pairs(folder, _VALIDATIONS, languages)
    test = _pairs(folder, _tests(folder, languages), languages)
    if validation is None:
        kept, held = held_out(len(train[0]), None, _VALIDATION_SHARE)
        train, validation = _chosen(train, kept), _chosen(train, held)
    return ParallelText(folder.resolve().name, train, validation, test)


def _tests(folder, languages):
    """Returns the names of tests without their language, sorted."""
    names = (path.name.removesuffix(".gz") for path in folder.glob("test*"))
    endings = tuple(f".{language}" for language in languages)
    return sorted({name.rpartition(".")[0] for name in names if name.endswith(endings)})


def _pairs(folder, stems, languages):
    """Returns the pairs of the first of `stems` with both files; None without any."""
    halves = []
    for stem in stems:
        paths = [_path(folder, f"{stem}.{language}") for language in languages]
        if all(paths):
            return _aligned(*paths)
        if any(paths):
            halves.append(f"{stem}.{languages[paths.index(None)]}")
    if halves:
        raise FileNotFoundError(
            f"Expected {halves[0]} or {halves[0]}.gz beside the other language's file. "
            f"Received: {folder}"
        )
    return None


def _path(folder, name):
    paths = (folder / name, folder / f"{name}.gz")
    return next((path for path in paths if path.is_file()), None)


def _aligned(source_path, target_path):
    sources, targets = read_lines(source_path), read_lines(target_path)
    if len(sources) != len(targets):
        raise ValueError(
            "Expected as many lines in both files of a pair. "
            f"Received: {len(sources)} lines in {source_path} and {len(targets)} in "
            f"{target_path}"
        )
    pairs = [pair for pair in zip(sources, targets) if all(map(str.strip, pair))]
    if not pairs:
        raise ValueError(
            "Expected a pair of lines that are not blank. "
            f"Received: {source_path} and {target_path}"
        )
    if len(pairs) < len(sources):
        warnings.warn(
            f"Left out {len(sources) - len(pairs)} of {len(sources)} pairs with a "
            f"blank line in {source_path} or {target_path}",
            stacklevel=2,
        )
    return tuple(map(list, zip(*pairs)))


def _chosen(pairs, indices):
    return tuple([lines[i] for i in indices] for lines in pairs)
