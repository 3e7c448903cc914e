"""Records of TFRecord files, file by file, in an order of a seed."""

import dataclasses
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Shard:
    """Some records of one file.

    Args:
        path: The file; one that ends with `.gz` is decompressed.
        records: int `(R,)`, ascending, which records are meant.
        labels: int32 `(R,)`.
    """

    path: str
    records: np.ndarray
    labels: np.ndarray

    def read(self) -> list[bytes]:
        """Reads the records."""
        wanted = set(self.records.tolist())
        content = open_records(self.path).as_numpy_iterator()
        return [record for i, record in enumerate(content) if i in wanted]


def ordered_records(
    shards: Sequence[Shard], seed: int, start: int = 0
) -> Iterator[tuple[bytes, int]]:
    """Yields records and labels without end, one file in memory at a time.

    Files come in a new order each epoch, and so do the records of each. Both depend on
    the seed and the epoch alone.

    Args:
        shards: The files; at least one has records.
        seed: Of the order.
        start: Records to leave out; files before are not read.
    """
    total = sum(len(shard.records) for shard in shards)
    epoch, skipped = divmod(start, total)
    while True:
        for number in np.random.default_rng((seed, epoch)).permutation(len(shards)):
            shard = shards[number]
            count = len(shard.records)
            if skipped >= count:
                skipped -= count
                continue
            content = shard.read()
            order = np.random.default_rng((seed, epoch, number)).permutation(count)
            for i in order[skipped:]:
                yield content[i], int(shard.labels[i])
            skipped = 0
        epoch += 1


def open_records(path: str) -> tf.data.TFRecordDataset:
    """Returns the dataset of the records of a file."""
    return tf.data.TFRecordDataset(path, "GZIP" if path.endswith(".gz") else None)
