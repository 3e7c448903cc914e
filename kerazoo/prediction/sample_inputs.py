"""Sampled subgraphs to be asked about: records of TFRecord files."""

import os
import pathlib
from collections.abc import Iterator

import tensorflow as tf

from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


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
    total = sum(1 for file in files for _ in _records(file))
    return Inputs(["file", "record"], _rows(files), total, "subgraphs")


def _rows(files):
    for file in files:
        for number, record in enumerate(_records(file)):
            place = f"record {number} of {file.name}"
            yield Row(place, [file.name, number], record)


def _records(path: pathlib.Path) -> Iterator[bytes]:
    """Yields the records of a file."""
    compression = "GZIP" if path.suffix == ".gz" else ""
    number = 0
    try:
        for record in tf.data.TFRecordDataset(str(path), compression):
            yield record.numpy()
            number += 1
    except (tf.errors.DataLossError, tf.errors.OutOfRangeError) as error:
        raise ValueError(
            f"{path} must be a TFRecord file. Received: other bytes at record {number}"
        ) from error
