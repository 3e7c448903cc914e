"""Sampled subgraphs to be asked about: records of TFRecord files."""

import gzip
import os
import pathlib
import struct
import typing
from collections.abc import Iterator

from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_HEADER, _CHECKSUM = 12, 4  # Bytes: a length of 8 with its checksum, and the data's.


def read_samples(path: str | os.PathLike) -> Inputs:
    """Reads serialised subgraphs; items are bytes.

    Args:
        path: A TFRecord file, or a folder of files with `.tfrecord` in their names;
            those that end with `.gz` are decompressed.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If there is none, or one is no TFRecord file.

    Example:

    ```python
    open("empty.tfrecord", "wb").close()
    read_samples("empty.tfrecord").total  # 0
    ```
    """
    path = pathlib.Path(path)
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if ".tfrecord" in p.name)
        if not files:
            raise ValueError(
                f"{path}: expected files with .tfrecord in their names. Received: none"
            )
    total = sum(1 for file in files for _ in _records(file, skip=True))
    return Inputs(["file", "record"], _rows(files), total, "subgraphs")


def _rows(files):
    for file in files:
        for number, record in enumerate(_records(file)):
            place = f"record {number} of {file.name}"
            yield Row(place, [file.name, number], record)


def _records(path: pathlib.Path, skip: bool = False) -> Iterator[typing.Any]:
    """Yields the records of a file, or None for each; checksums are left out."""
    opened: typing.Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        size = None if path.suffix == ".gz" else path.stat().st_size
        number = 0
        while header := file.read(_HEADER):
            length = struct.unpack("<Q", header[:8])[0] if len(header) > 8 else 0
            is_whole = len(header) == _HEADER
            if size is not None:
                is_whole &= file.tell() + length + _CHECKSUM <= size
            if not is_whole:
                raise ValueError(
                    f"{path} must be a TFRecord file. Received: other bytes at record "
                    f"{number}"
                )
            if skip:
                file.seek(length, os.SEEK_CUR)
                record = None
            else:
                record = file.read(length)
            file.read(_CHECKSUM)
            yield record
            number += 1
