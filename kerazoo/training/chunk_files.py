"""Chunked arrays of a checkpoint as files, which later ones share."""

import json
import os
import pathlib
import typing

import numpy as np

from kerazoo.training.chunked_array import ChunkedArray

_CHUNKS = "chunks.json"  # Names of chunked arrays to their files.


def write_chunks(
    folder: pathlib.Path,
    arrays: typing.Mapping[str, ChunkedArray],
    before: pathlib.Path | None = None,
) -> dict[str, typing.Any]:
    """Writes chunks, or links them where they have not changed.

    Args:
        folder: Of the checkpoint.
        arrays: dict of name to `ChunkedArray`.
        before: Folder of the same run's checkpoint before, or None.

    Returns:
        dict of the names of the files that are links to their entries in the manifest
        before.

    Example:

    ```python
    import pathlib

    from kerazoo.training.chunk_files import read_chunks
    from kerazoo.training.chunk_files import write_chunks
    from kerazoo.training.chunked_array import ChunkedArray

    folder = pathlib.Path("/tmp/chunks")
    folder.mkdir(exist_ok=True)
    write_chunks(folder, {"rows": ChunkedArray([np.ones((4, 2))], [1])})
    read_chunks(folder)["rows"].versions  # [1]
    ```
    """
    if not arrays:
        return {}
    manifest = {} if before is None else _read_manifest(before)
    files: dict[str, list[str]] = {}
    linked = {}
    for name, array in arrays.items():
        files[name] = []
        chunks = zip(array.chunks, array.versions, strict=True)
        for i, (chunk, version) in enumerate(chunks):
            file = f"{name.replace('/', '-')}-{i:05d}-{version}.npy"
            files[name].append(file)
            if before and file in manifest and _link(before / file, folder / file):
                linked[file] = manifest[file]
            else:
                np.save(folder / file, chunk)
    (folder / _CHUNKS).write_text(json.dumps(files))
    return linked


def read_chunks(folder: pathlib.Path) -> dict[str, ChunkedArray]:
    """Returns the chunked arrays of a checkpoint, each chunk mapped into memory.

    Args:
        folder: Of the checkpoint.
    """
    if not (folder / _CHUNKS).exists():
        return {}
    names = json.loads((folder / _CHUNKS).read_text())
    return {
        name: ChunkedArray(
            [np.load(folder / file, mmap_mode="r") for file in files],
            [int(file.removesuffix(".npy").rpartition("-")[2]) for file in files],
        )
        for name, files in names.items()
    }


def _read_manifest(folder):
    try:
        return json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):  # Set aside, removed by a person, or damaged.
        return {}


def _link(source, target):
    """Returns whether a file could be linked; not all file systems have links."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True
