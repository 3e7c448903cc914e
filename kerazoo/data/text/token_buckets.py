"""Endless batches of token sequences of about the same length, as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.flat_sequences import FlatSequences
from kerazoo.data.length_buckets import LengthBuckets
from kerazoo.data.length_buckets import LengthError
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
        self._buckets = self._planned(longest, boundaries)
        self.boundaries = self._buckets.boundaries
        self.shapes = self._buckets.shapes
        self.batches_per_epoch = self._buckets.batches_per_epoch
        self.num_examples = len(examples)
        with tf.device("CPU"):
            self._sides = [
                FlatSequences([side[i][:limit] for i in examples.tolist()], "int32")
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

        def batch(examples, width, epoch):
            sides = [side.padded(examples, width) for side in self._sides]
            return (*sides, *(tf.gather(extra, examples) for extra in self._extras))

        return self._buckets.batches(batch, start_step, context)

    def _planned(self, longest, boundaries):
        """Returns the buckets of examples of so many tokens."""
        try:
            return LengthBuckets(
                longest, boundaries, self.tokens_per_batch, self.seed, self.multiple_of
            )
        except LengthError as error:
            raise ValueError(
                f"`tokens_per_batch` must be at least {error.least} for {error.rows} "
                f"rows of {error.longest} tokens. "
                f"Received: tokens_per_batch={self.tokens_per_batch}"
            ) from None


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
