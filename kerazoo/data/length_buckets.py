"""Endless batches of examples of about the same length, as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf

# Of examples, the length of their bucket, and the epoch, to the tensors of a batch.
MakeBatch: typing.TypeAlias = typing.Callable[
    [tf.Tensor, tf.Tensor, tf.Tensor], typing.Any
]


class LengthBuckets:
    """Sorts examples into batches by length, in few shapes.

    An example goes to the first bucket that is not shorter. A batch of a bucket has a
    fixed number of rows, the most whose lengths, with padding, are not above
    `length_per_batch` in all; so there are as many shapes as buckets. Each epoch has
    every example once, in new batches in a new order; the last batch of each bucket is
    filled up with the empty example, number N, which must count for nothing. The number
    of batches of an epoch is always the same.

    Order and membership depend on the seed and the epoch alone, so that
    `batches(start_step=k)` goes on exactly where the first k batches ended, and the
    batch of a step is the same however many replicas share it.

    Args:
        lengths: int array `(N,)`, none above the last boundary.
        boundaries: rising ints, the lengths of the buckets.
        length_per_batch: int. Most length, with padding, of a step, over all replicas.
        seed: int.
        multiple_of: int. The rows of a batch are a multiple of this; of the number of
            replicas.

    Attributes:
        boundaries: tuple of int. Lengths of the buckets with examples, rising.
        bucket: int array `(N,)`. Of each example the place in `boundaries`.
        shapes: list of pairs of int. Rows, over all replicas, and length of each.
        batches_per_epoch: int.

    Raises:
        LengthError: If `length_per_batch` is too little for one row of the longest
            bucket for each replica.

    Example:

    ```python
    buckets = LengthBuckets(np.array([2, 3, 8]), (3, 8), length_per_batch=16)
    buckets.shapes  # [(2, 3), (1, 8)]
    make_batch = lambda examples, length, epoch: (examples, length)
    for examples, length in buckets.batches(make_batch).take(100):
        ...
    ```
    """

    def __init__(
        self,
        lengths: np.ndarray,
        boundaries: typing.Sequence[int],
        length_per_batch: int,
        seed: int = 0,
        multiple_of: int = 1,
    ):
        self.seed = seed
        self.multiple_of = multiple_of
        self.num_examples = len(lengths)
        used, bucket, counts = np.unique(
            np.searchsorted(boundaries, lengths),
            return_inverse=True,
            return_counts=True,
        )
        self.boundaries = tuple(int(boundaries[b]) for b in used)
        self.bucket = bucket.astype(np.int32)
        self._plan(counts, length_per_batch)

    def batches(
        self,
        make_batch: MakeBatch,
        start_step: int = 0,
        context: tf.distribute.InputContext | None = None,
    ) -> tf.data.Dataset:
        """Returns batches without end, for the replicas of a `tf.distribute` strategy.

        Args:
            make_batch: Function of `(examples, length, epoch)` to the tensors of a
                batch: the numbers of the examples, int32 `(rows / replicas,)`, the
                length of their bucket, int32 `()`, and the number of the epoch, int64
                `()`.
            start_step: int. Steps to leave out.
            context: `tf.distribute.InputContext` of the worker, or None for one
                replica.

        Returns:
            `tf.data.Dataset` of what `make_batch` returns. One element is one replica's
            part of a step, rows that are consecutive.

        Raises:
            ValueError: If replicas cannot share the batches evenly.
        """
        num_workers, worker, replicas = 1, 0, 1
        if context is not None:
            num_workers, worker = context.num_input_pipelines, context.input_pipeline_id
            replicas = context.num_replicas_in_sync
        if self.multiple_of % replicas:
            raise ValueError(
                f"`multiple_of` must be a multiple of the {replicas} replicas. "
                f"Received: multiple_of={self.multiple_of}"
            )
        parts = replicas // num_workers  # Of this worker.
        first_epoch, num_before = divmod(start_step, self.batches_per_epoch)
        with tf.device("CPU"):
            starts, rows = tf.constant(self._starts), tf.constant(self._rows)
            widths = tf.constant(self._lengths)
            slots = tf.constant(self._slots[:, np.newaxis])
            by_bucket = tf.constant(self.bucket)

        def epoch_parts(epoch):
            seed = (self.seed, epoch)
            examples = tf.random.experimental.stateless_shuffle(
                tf.range(self.num_examples), seed
            )
            # Sorted by bucket and still in random order, then spread over the slots of
            # the batches; slots that stay have the number of the empty example.
            order = tf.argsort(tf.gather(by_bucket, examples), stable=True)
            table = tf.tensor_scatter_nd_update(
                tf.fill([self._num_slots], self.num_examples),
                slots,
                tf.gather(examples, order),
            )
            batches = tf.random.experimental.stateless_shuffle(
                tf.range(self.batches_per_epoch),
                tf.random.experimental.stateless_fold_in(seed, 1),
            )
            batches = batches[tf.where(epoch == first_epoch, num_before, 0) :]

            def part(k):
                batch, own = batches[k // parts], worker * parts + k % parts
                size = rows[batch] // replicas
                start = starts[batch] + own * size
                return table[start : start + size], widths[batch], epoch

            return tf.data.Dataset.range(
                tf.size(batches, tf.int64) * parts, output_type=tf.int32
            ).map(part)

        return (
            tf.data.Dataset.counter(first_epoch)
            .flat_map(epoch_parts)
            .apply(
                tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
            )
            .map(make_batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
            .prefetch(tf.data.AUTOTUNE)
        )

    def _plan(self, counts, length_per_batch):
        """Lays out the slots of an epoch: batches one after another, by bucket."""
        multiple = self.multiple_of
        rows = length_per_batch // np.array(self.boundaries) // multiple * multiple
        if not rows[-1]:
            raise LengthError(multiple, self.boundaries[-1])
        rows = np.minimum(rows, -(-counts // multiple) * multiple)
        self.shapes = [(int(r), length) for r, length in zip(rows, self.boundaries)]
        batches = -(-counts // rows)
        self.batches_per_epoch = int(batches.sum())
        self._rows = np.repeat(rows, batches).astype(np.int32)
        self._lengths = np.repeat(self.boundaries, batches).astype(np.int32)
        ends = np.cumsum(self._rows)
        self._starts = (ends - self._rows).astype(np.int32)
        self._num_slots = int(ends[-1])
        bucket_starts = np.cumsum(rows * batches) - rows * batches
        slots = [start + np.arange(n) for start, n in zip(bucket_starts, counts)]
        self._slots = np.concatenate(slots).astype(np.int32)


class LengthError(ValueError):
    """Batches cannot hold the longest examples.

    Attributes:
        rows: Rows that a batch has at least.
        longest: Length of the longest bucket.
        least: Length that a batch must have at least.
    """

    def __init__(self, rows: int, longest: int):
        self.rows, self.longest, self.least = rows, longest, rows * longest
        super().__init__(
            f"`length_per_batch` must be at least {self.least} for {rows} rows of "
            f"length {longest}."
        )
