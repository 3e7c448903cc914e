"""Sentence pairs of the user's own files: one for each language, or one table."""

import logging
import os
import pathlib
import warnings

from kerazoo.data.table_file import is_table
from kerazoo.data.text.languages import is_header
from kerazoo.data.text.languages import is_language
from kerazoo.data.text.parallel_tables import parallel_table
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.text.split_texts import split_twice
from kerazoo.data.text.text_files import content_of
from kerazoo.data.text.text_files import find_file
from kerazoo.data.text.text_files import stem_of
from kerazoo.data.text.text_lines import read_lines

_TABLES = (".tsv", ".csv")
_VALIDATIONS = ("valid", "val", "validation", "dev")
_logger = logging.getLogger(__name__)


def parallel_files(
    directory: str | os.PathLike, source: str = "source", target: str = "target"
) -> ParallelText:
    """Reads pairs of texts: from two files line by line, or from a table.

    The folder has `train.<language>` for both languages, and may have a validation
    (`valid`, `val`, `validation` or `dev`) and a test (the first in sorted order that
    begins with `test`, as `test_2016.<language>`). In place of these there may be
    tables, `train.tsv` or `train.csv` and the like, with a column for each language,
    see `kerazoo.data.text.parallel_table`; or one table alone, as a file or in a
    folder. All are UTF-8 and perhaps gzip, with `.gz` at the end.

    Without a validation, a tenth of the training pairs, always the same, is for
    validation; of one table alone, another tenth is for the test. Warnings count the
    pairs with a blank side, which are left out, and say where the first lines look like
    a header.

    Args:
        directory: path of the folder, or of a table.
        source: str. Language translated from, as in the files' names or in the header
            of a table, of which it may be the number of a column, from 1.
        target: str. Language translated to.

    Returns:
        `ParallelText`.

    Raises:
        FileNotFoundError: If there is no such path or a file of a pair is missing.
        ValueError: If two files differ in their number of lines; if one is empty or
            binary, or not UTF-8; if the languages are the same, or no columns of a
            table.

    Example:

    ```python
    text = parallel_files("multi30k", source="de", target="en")
    ```
    """
    path = pathlib.Path(directory)
    if not path.exists():
        raise FileNotFoundError(f"Expected a file or folder of texts. Received: {path}")
    if source == target:
        raise ValueError(
            "`source_language` and `target_language` must differ. Received: "
            f"source_language={source}, target_language={target}"
        )
    train, validation, test = _parts(path, (source, target))
    if validation is None:
        train, validation = split_off(train)
    if not validation[0]:
        raise ValueError(
            f"{path}: expected two pairs or more, of which some are for validation. "
            f"Received: {len(train[0])} pair"
        )
    return ParallelText(stem_of(path), train, validation, test)


def _parts(path, languages):
    """Returns the pairs of training, validation and test, of which two may be None."""
    if path.is_dir():
        if train := _of_lines(path, ["train"], languages):
            validation = _of_lines(path, _VALIDATIONS, languages)
            return (
                train,
                validation,
                _of_lines(path, _tests(path, languages), languages),
            )
        if file := _find_table(path, "train"):
            others = _find_table(path, *_VALIDATIONS), _find_table(path, "test")
            return [_of_table(found, languages) for found in (file, *others)]
    whole = _of_table(_only_table(path, languages), languages)
    return split_twice(whole, lambda pairs: None)


def _find_table(folder, *stems):
    return find_file(folder, *(f"{stem}{end}" for stem in stems for end in _TABLES))


def _only_table(path, languages):
    """Returns the one table that there is."""
    if path.is_file():
        return path
    tables = [p for p in path.iterdir() if p.is_file() and is_table(p)]
    if len(tables) == 1:
        return tables[0]
    names = " and ".join(f"train.{language}[.gz]" for language in languages)
    found = sorted({p.name.removesuffix(".gz")[6:] for p in path.glob("train.*")})
    hint = ""
    if found:
        hint = (
            f" It has train files of {', '.join(found)}: give two of these as "
            "`source_language` and `target_language`."
        )
    raise FileNotFoundError(
        f"Expected {names}, or train.tsv, in the folder.{hint} "
        f"Received: {content_of(path)}"
    )


def _tests(folder, languages):
    """Returns the names of tests without their language, sorted."""
    names = (path.name.removesuffix(".gz") for path in folder.glob("test*"))
    endings = tuple(f".{language}" for language in languages)
    return sorted({name.rpartition(".")[0] for name in names if name.endswith(endings)})


def _of_lines(folder, stems, languages):
    """Returns the pairs of the first of `stems` with both files; None without any."""
    halves = []
    for stem in stems:
        paths = [find_file(folder, f"{stem}.{language}") for language in languages]
        if all(paths):
            return _aligned(*paths, languages)
        if any(paths):
            halves.append(f"{stem}.{languages[paths.index(None)]}")
    if halves:
        raise FileNotFoundError(
            f"Expected {halves[0]} or {halves[0]}.gz beside the other language's file. "
            f"Received: {content_of(folder)}"
        )
    return None


def _aligned(source_path, target_path, languages):
    sources, targets = read_lines(source_path), read_lines(target_path)
    if len(sources) != len(targets):
        raise ValueError(
            "Expected as many lines in both files of a pair. "
            f"Received: {len(sources)} lines in {source_path} and {len(targets)} in "
            f"{target_path}"
        )
    first = (sources[0], targets[0])
    if is_header(first) or all(map(is_language, first, languages)):
        warnings.warn(
            f"The first lines of {source_path} and {target_path}, {first[0]!r} and "
            f"{first[1]!r}, look like a header. They are taken as a pair; if they are "
            "none, delete them",
            stacklevel=2,
        )
    return _written(sources, targets, f"{source_path} or {target_path}")


def _of_table(path, languages):
    """Returns the pairs of a table; None for no file."""
    if path is None:
        return None
    table = parallel_table(path, *languages)
    _logger.info(f"{path}: {table.description}; {len(table.sources):,} pairs")
    return _written(table.sources, table.targets, path)


def _written(sources, targets, where):
    """Returns the pairs without those of which a side is blank."""
    pairs = [pair for pair in zip(sources, targets) if all(map(str.strip, pair))]
    if not pairs:
        raise ValueError(
            f"Expected a pair of texts that are not blank. Received: {where}"
        )
    if len(pairs) < len(sources):
        warnings.warn(
            f"Left out {len(sources) - len(pairs)} of {len(sources)} pairs with a "
            f"blank line in {where}",
            stacklevel=2,
        )
    return tuple(map(list, zip(*pairs)))
