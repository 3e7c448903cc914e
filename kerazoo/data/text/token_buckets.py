"""Endless batches of token sequences of about the same length, as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.text.bucket_boundaries import bucket_boundaries

PAD = 0


class TokenBuckets:
    """Batches sequences of tokens by length, in few shapes.

    An example goes to the first bucket whose length is not below that of its longest
    sequence. A batch of a bucket has a fixed number of rows, the most of which the
    tokens, with padding, are not above `tokens_per_batch`; so there are as many shapes
    as buckets. Each epoch has every example once, in new batches in a new order; the
    last batch of each bucket is filled up with empty rows, all padding, which must
    count for nothing. The number of batches of an epoch is always the same.

    Order and membership depend on the seed and the epoch alone, so that
    `batches(start_step=k)` goes on exactly where the first k batches ended, and the
    batch of a step is the same however many replicas share it.

    Args:
        sequences: tuple of lists, such as sources and targets, of N int arrays `(T,)`
            of tokens above 0, which is the padding.
        tokens_per_batch: int. Most tokens, with padding, of the longest side of a
            step, over all replicas.
        num_buckets: int. Number of lengths, chosen for the least padding.
        boundaries: rising ints, the lengths of the buckets, in place of `num_buckets`.
        seed: int.
        multiple_of: int. The rows of a batch are a multiple of this; of the number of
            replicas.
        extras: tuple of arrays `(N, ...)`, such as labels; empty rows have zeros.
        max_length: int. Longest bucket where `boundaries` are not given, a multiple of
            `length_multiple`; None for the longest sequence.
        too_long: `"leave_out"` or `"truncate"`. What becomes of an example with a
            sequence longer than the longest bucket. Truncation takes the end of
            sequence, too.
        length_multiple: int. Chosen lengths are multiples of this.

    Attributes:
        boundaries: tuple of int. Lengths of the buckets with examples, rising.
        shapes: list of pairs of int. Rows, over all replicas, and length of each.
        batches_per_epoch: int.
        num_examples: int. Examples in an epoch.
        num_too_long: int. Examples left out or truncated.

    Raises:
        ValueError: If lists differ in length or no example is left, a token is not
            above 0, an example has no tokens at all, `tokens_per_batch` is too few for
            one row of the longest bucket for each replica, or an argument is not as
            above.

    Example:

    ```python
    sources = [np.arange(1, n) for n in (3, 4, 9)]
    buckets = TokenBuckets((sources, sources), tokens_per_batch=16, num_buckets=2)
    buckets.shapes  # [(2, 3), (1, 8)]
    for sources, targets in buckets.batches().take(100):
        ...
    ```
    """

    def __init__(
        self,
        sequences: tuple[typing.Sequence[np.ndarray], ...],
        tokens_per_batch: int,
        num_buckets: int = 8,
        boundaries: typing.Sequence[int] | None = None,
        seed: int = 0,
        multiple_of: int = 1,
        extras: tuple[np.ndarray, ...] = (),
        max_length: int | None = None,
        too_long: str = "leave_out",
        length_multiple: int = 1,
    ):
        _check(sequences, extras, boundaries, max_length, too_long, length_multiple)
        self.tokens_per_batch = tokens_per_batch
        self.num_buckets = num_buckets
        self.seed = seed
        self.multiple_of = multiple_of
        self.max_length = max_length
        self.too_long = too_long
        self.length_multiple = length_multiple
        lengths = [[len(tokens) for tokens in side] for side in sequences]
        longest = np.max(lengths, axis=0)  # (N,)
        for i in np.flatnonzero(longest == 0):
            raise ValueError(f"Expected tokens in every example. Received: none in {i}")
        limit = max_length or int(longest.max())
        if boundaries is not None:
            limit = boundaries[-1]
        self.num_too_long = int((longest > limit).sum())
        examples = np.arange(len(longest))
        if too_long == "leave_out":
            examples = examples[longest <= limit]
        if not len(examples):
            name = "max_length" if boundaries is None else "boundaries"
            raise ValueError(
                f"`{name}` must be {longest.min()} or more for one of the examples, "
                f"{longest.max()} for all. Received: {name}={max_length or boundaries}"
            )
        longest = np.minimum(longest[examples], limit)
        if boundaries is None:
            boundaries = bucket_boundaries(longest, num_buckets, length_multiple)
        bucket = np.searchsorted(boundaries, longest)
        used, bucket, counts = np.unique(
            bucket, return_inverse=True, return_counts=True
        )
        self.boundaries = tuple(int(boundaries[b]) for b in used)
        self.num_examples = len(examples)
        self._plan(bucket, counts)
        with tf.device("CPU"):
            self._sides = [
                _Sequences([side[i][:limit] for i in examples.tolist()])
                for side in sequences
            ]
            self._extras = [_with_zeros(np.asarray(e)[examples]) for e in extras]

    def batches(
        self, start_step: int = 0, context: tf.distribute.InputContext | None = None
    ) -> tf.data.Dataset:
        """Returns batches without end, for the replicas of a `tf.distribute` strategy.

        Args:
            start_step: int. Steps to leave out.
            context: `tf.distribute.InputContext` of the worker, or None for one
                replica.

        Returns:
            `tf.data.Dataset` of tuples: for each list of sequences an int32 tensor
            `(rows / replicas, length)` padded with 0, and for each extra array a tensor
            `(rows / replicas, ...)`. One element is one replica's part of a step, rows
            that are consecutive.

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
            by_bucket = tf.constant(self._bucket)

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
                return table[start : start + size], widths[batch]

            return tf.data.Dataset.range(
                tf.size(batches, tf.int64) * parts, output_type=tf.int32
            ).map(part)

        def batch(examples, width):
            sides = [side.padded(examples, width) for side in self._sides]
            return (*sides, *(tf.gather(extra, examples) for extra in self._extras))

        return (
            tf.data.Dataset.counter(first_epoch)
            .flat_map(epoch_parts)
            .apply(
                tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
            )
            .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
            .prefetch(tf.data.AUTOTUNE)
        )

    def _plan(self, bucket, counts):
        """Lays out the slots of an epoch: batches one after another, by bucket."""
        multiple = self.multiple_of
        rows = self.tokens_per_batch // np.array(self.boundaries) // multiple * multiple
        if not rows[-1]:
            raise ValueError(
                f"`tokens_per_batch` must be at least {multiple * self.boundaries[-1]} "
                f"for {multiple} rows of {self.boundaries[-1]} tokens. "
                f"Received: tokens_per_batch={self.tokens_per_batch}"
            )
        rows = np.minimum(rows, -(-counts // multiple) * multiple)
        self.shapes = [(int(r), length) for r, length in zip(rows, self.boundaries)]
        batches = -(-counts // rows)
        self.batches_per_epoch = int(batches.sum())
        self._bucket = bucket.astype(np.int32)
        self._rows = np.repeat(rows, batches).astype(np.int32)
        self._lengths = np.repeat(self.boundaries, batches).astype(np.int32)
        ends = np.cumsum(self._rows)
        self._starts = (ends - self._rows).astype(np.int32)
        self._num_slots = int(ends[-1])
        bucket_starts = np.cumsum(rows * batches) - rows * batches
        slots = [start + np.arange(n) for start, n in zip(bucket_starts, counts)]
        self._slots = np.concatenate(slots).astype(np.int32)


class _Sequences:
    """Sequences end to end, and an empty one after the last."""

    def __init__(self, sequences):
        lengths = np.array([len(tokens) for tokens in sequences], np.int32)
        ends = np.cumsum(lengths, dtype=np.int32)
        self._tokens = tf.constant(np.concatenate([*sequences, [PAD]]), tf.int32)
        self._starts = tf.constant(np.append(ends - lengths, ends[-1:]))
        self._lengths = tf.constant(np.append(lengths, np.int32(0)))

    def padded(self, examples, width):
        """Returns the sequences `examples` as a tensor with padding."""
        places = tf.range(width)
        indices = tf.gather(self._starts, examples)[:, tf.newaxis] + places
        last = tf.size(self._tokens) - 1
        tokens = tf.gather(self._tokens, tf.minimum(indices, last))
        is_token = places < tf.gather(self._lengths, examples)[:, tf.newaxis]
        return tf.where(is_token, tokens, PAD)


def _with_zeros(array):
    return tf.constant(np.concatenate([array, np.zeros_like(array[:1])]))


def _check(sequences, extras, boundaries, max_length, too_long, length_multiple):
    sizes = [len(array) for array in (*sequences, *extras)]
    if not sequences or len(set(sizes)) > 1 or not sizes[0]:
        raise ValueError(
            "Expected lists of sequences, and extras, of one length above 0. "
            f"Received: lengths={sizes}"
        )
    if boundaries is not None and (
        not len(boundaries) or boundaries[0] < 1 or (np.diff(boundaries) < 1).any()
    ):
        raise ValueError(
            f"`boundaries` must be positive and rise. Received: boundaries={boundaries}"
        )
    if max_length is not None and (max_length < 1 or max_length % length_multiple):
        raise ValueError(
            "`max_length` must be a positive multiple of `length_multiple`. Received: "
            f"max_length={max_length}, length_multiple={length_multiple}"
        )
    if too_long not in ("leave_out", "truncate"):
        raise ValueError(
            '`too_long` must be "leave_out" or "truncate". '
            f"Received: too_long={too_long!r}"
        )
    for side in sequences:
        for i, tokens in enumerate(side):
            if len(tokens) and np.min(tokens) <= PAD:
                raise ValueError(
                    f"Tokens must be above {PAD}, the padding. "
                    f"Received: {np.min(tokens)} in example {i}"
                )
