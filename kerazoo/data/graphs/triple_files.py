"""Triples in files of one's own: head, relation and tail in tab-separated lines."""

import contextlib
import os
import pathlib
import tarfile

import numpy as np

from kerazoo.data.graphs.triple_dataset import TripleDataset
from kerazoo.data.text_file import ending
from kerazoo.data.text_file import read_text

_PARTS = {
    "train": ("train", "training"),
    "validation": ("valid", "validation", "val", "dev"),
    "test": ("test",),
}
_ENDINGS = (".txt", ".tsv")
_HEADER = ("head", "relation", "tail")
_HELD_OUT = 0.1  # Share of a single file for validation, and again for the test.


def read_triples(path: str | os.PathLike, seed: int = 0) -> TripleDataset:
    """Reads triples, one in a line: head, relation and tail with tabs between.

    Triples that are there several times count once. A first line of `head`,
    `relation`, `tail` is a header.

    Args:
        path: A folder of `train.txt`, `valid.txt` and `test.txt`, or `.tsv`, each also
            as `.gz`; a tar of them, or a folder with one; or a single file, of which a
            tenth each becomes validation and test, such triples as have no entity and
            no relation for the first time.
        seed: Of that split.

    Returns:
        `TripleDataset`, its names in the order in which they appear.

    Raises:
        OSError: If there is no such file.
        ValueError: If a line is no triple, a part is empty, or a relation is in
            held-out triples only; the file and the line are named.

    Example:

    ```python
    import pathlib

    lines = [f"{i}\\tplus_{j}\\t{i + j}\\n" for i in range(20) for j in range(3)]
    pathlib.Path("sums.tsv").write_text("".join(lines))
    read_triples("sums.tsv").num_relations  # 3
    ```
    """
    found = find_triples(path)
    numbers = _Numbers(), _Numbers()
    if isinstance(found, dict):
        parts = {
            part: _parse(file, read_text(file), numbers) for part, file in found.items()
        }
    elif _is_tar(found):
        parts = {
            part: _parse(file, text, numbers) for part, (file, text) in _untar(found)
        }
    else:
        triples = _parse(found, read_text(found), numbers)
        parts = dict(zip(_PARTS, _split(found, triples, seed)))
    entities, relations = numbers
    none = np.zeros((0, 3), np.int32)
    dataset = TripleDataset(
        name=name_of_triples(path),
        entity_names=list(entities.numbers),
        relation_names=list(relations.numbers),
        **{part: parts.get(part, none) for part in _PARTS},
    )
    try:
        dataset.validate()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return dataset


def find_triples(path: str | os.PathLike) -> dict[str, pathlib.Path] | pathlib.Path:
    """Returns the files of the parts, or the one file of all, without reading it.

    Args:
        path: See `read_triples`.

    Raises:
        OSError: If there is none.
        ValueError: If a file to train on or to test is missing.
    """
    path = pathlib.Path(path)
    if path.is_file():
        return path
    if not path.exists():
        raise FileNotFoundError(
            f"Expected a folder or a file of triples, {path}. Received: none"
        )
    files = [file for file in sorted(path.glob("*")) if file.is_file()]
    parts = _find_parts({file.name: file for file in files})
    if parts:
        _check_parts(path, parts)
        return parts
    others = [file for file in files if _is_tar(file) or ending(file) in _ENDINGS]
    if len(others) == 1:
        return others[0]
    names = ", ".join(file.name for file in others[:5]) or "none"
    raise FileNotFoundError(
        f"{path}: expected train.txt, valid.txt and test.txt of head, relation and "
        "tail, or .tsv, or a tar of them; or one file to be split. "
        f"Received: {names}"
    )


def name_of_triples(path: str | os.PathLike) -> str:
    """Returns what triples are called: their folder or file, without its endings.

    Args:
        path: See `read_triples`.

    Raises:
        OSError, ValueError: See `find_triples`.
    """
    found = find_triples(path)
    name = (pathlib.Path(path) if isinstance(found, dict) else found).absolute().name
    for suffix in (".gz", ".xz", ".bz2", ".tar", ".tgz", *_ENDINGS):
        name = name.removesuffix(suffix)
    return name


class _Numbers:
    """Numbers names in the order in which they appear."""

    def __init__(self):
        self.numbers = {}

    def __call__(self, name):
        return self.numbers.setdefault(name, len(self.numbers))


def _find_parts(files):
    """Returns the part of each file by its name."""
    found = {}
    for name, file in files.items():
        stem = pathlib.PurePath(name.removesuffix(".gz"))
        for part, stems in _PARTS.items():
            if stem.suffix.lower() in _ENDINGS and stem.stem.lower() in stems:
                found[part] = file
    return {part: found[part] for part in _PARTS if part in found}


def _check_parts(path, parts):
    missing = [part for part in ("train", "test") if part not in parts]
    if missing:
        raise ValueError(
            f"{path}: expected train.txt and test.txt of triples, or .tsv. "
            f"Received: no file of the part {missing[0]}"
        )


def _is_tar(path):
    name = path.name.lower()
    return name.endswith((".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2"))


def _untar(path):
    """Yields a pair of file name and text for each part in a tar."""
    with contextlib.ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path))
            members = {
                pathlib.PurePath(member.name).name: member
                for member in tar.getmembers()
                if member.isfile()
            }
        except (tarfile.TarError, EOFError) as error:
            raise ValueError(f"{path}: expected a tar. Received: {error}") from None
        parts = _find_parts(members)
        _check_parts(path, parts)
        for part, member in parts.items():
            name = f"{path}/{member.name}"
            try:
                # A regular file has content.
                text = tar.extractfile(member).read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = error.object.count(b"\n", 0, error.start) + 1
                raise ValueError(
                    f"{name}, line {line}: expected text in UTF-8. "
                    f"Received: {error.object[error.start : error.end]!r}"
                ) from None
            yield part, (name, text.replace("\r\n", "\n"))


def _parse(path, text, numbers):
    """Returns int32 `(T, 3)` of a file's lines, without repetitions."""
    entity, relation = numbers
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    triples = {}
    for number, line in enumerate(lines, 1):
        names = tuple(name.strip() for name in line.split("\t"))
        if len(names) != 3 or not all(names):
            if not line.strip():
                continue
            raise ValueError(
                f"{path}, line {number}: expected head, relation and tail with tabs "
                f"between. Received: {line[:80]!r}"
            )
        if number == 1 and tuple(map(str.lower, names)) == _HEADER:
            continue
        head, name, tail = names
        triples[entity(head), relation(name), entity(tail)] = None
    if not triples:
        raise ValueError(f"{path}: expected triples. Received: an empty file")
    return np.array(list(triples), np.int32)


def _split(path, triples, seed):
    """Returns training, validation and test triples."""
    triples = triples[np.random.default_rng(seed).permutation(len(triples))]
    is_first = np.zeros(len(triples), bool)
    is_first[np.unique(triples[:, 1], return_index=True)[1]] = True
    ends = triples[:, [0, 2]].ravel()
    is_first[np.unique(ends, return_index=True)[1] // 2] = True
    size = max(int(_HELD_OUT * len(triples)), 1)
    free = np.flatnonzero(~is_first)
    if len(free) < 2 * size:
        raise ValueError(
            f"{path}: {2 * size} of its {len(triples)} triples must be held out, with "
            "entities and relations that others have, too; use train.txt and test.txt. "
            f"Received: {len(free)} such triples"
        )
    validation, test = free[:size], free[size : 2 * size]
    train = np.delete(np.arange(len(triples)), free[: 2 * size])
    return triples[train], triples[validation], triples[test]
