"""Endless batches of sounds with their texts, as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.flat_sequences import FlatSequences
from kerazoo.data.length_buckets import LengthBuckets
from kerazoo.data.length_buckets import LengthError
from kerazoo.data.text.bucket_boundaries import bucket_boundaries


class SoundBuckets:
    """Batches sounds and the tokens of their texts by the length of the sounds.

    As `TokenBuckets`: few shapes, an order of seed and epoch alone, empty rows, which
    must count for nothing. Tokens are padded to the longest text of the bucket.

    Args:
        sounds: N float arrays `(S,)`, samples.
        tokens: N int arrays `(U,)`, above 0, which is the padding.
        samples_per_batch: int. Most samples, with padding, of a step, over all
            replicas.
        num_buckets: int. Number of lengths, chosen for the least padding.
        length_multiple: int. Lengths in samples are multiples of this.
        seed: int.
        multiple_of: int. The rows of a batch are a multiple of this; of the number of
            replicas.
        num_uniforms: int. Random numbers of each example, other ones in each epoch.

    Attributes:
        shapes: list of pairs of int. Rows, over all replicas, and samples of each.
        batches_per_epoch: int.
        num_examples: int. Examples in an epoch.

    Raises:
        ValueError: If there are no sounds, or not as many texts, or `samples_per_batch`
            is too few for one row of the longest bucket for each replica.

    Example:

    ```python
    sounds = [np.ones(n, "float32") for n in (900, 1_000, 4_000)]
    tokens = [np.arange(4, 4 + n) for n in (1, 2, 3)]
    buckets = SoundBuckets(sounds, tokens, samples_per_batch=4_800, num_buckets=2)
    for (samples, lengths), texts in buckets.batches().take(100):
        ...
    ```
    """

    def __init__(
        self,
        sounds: typing.Sequence[np.ndarray],
        tokens: typing.Sequence[np.ndarray],
        samples_per_batch: int,
        num_buckets: int = 6,
        length_multiple: int = 1_600,
        seed: int = 0,
        multiple_of: int = 1,
        num_uniforms: int = 0,
    ):
        if not sounds or len(sounds) != len(tokens):
            raise ValueError(
                "Expected sounds, and as many texts. Received: "
                f"{len(sounds)} sounds and {len(tokens)} texts"
            )
        self.seed = seed
        self.num_examples = len(sounds)
        self.num_uniforms = num_uniforms
        lengths = np.array([len(samples) for samples in sounds])
        boundaries = bucket_boundaries(lengths, num_buckets, length_multiple)
        try:
            self._buckets = LengthBuckets(
                lengths, boundaries, samples_per_batch, seed, multiple_of
            )
        except LengthError as error:
            raise ValueError(
                f"`samples_per_batch` must be at least {error.least} for {error.rows} "
                f"rows of {error.longest} samples. "
                f"Received: samples_per_batch={samples_per_batch}"
            ) from None
        self.shapes = self._buckets.shapes
        self.batches_per_epoch = self._buckets.batches_per_epoch
        widest = np.zeros(len(self._buckets.boundaries), np.int32)
        np.maximum.at(widest, self._buckets.bucket, [len(text) for text in tokens])
        with tf.device("CPU"):
            self._sounds = FlatSequences(sounds, "float32")
            self._tokens = FlatSequences(tokens, "int32")
            self._widest = tf.constant(widest)
            self._lengths = tf.constant(self._buckets.boundaries)

    def batches(
        self, start_step: int = 0, context: tf.distribute.InputContext | None = None
    ) -> tf.data.Dataset:
        """Returns batches without end, for the replicas of a `tf.distribute` strategy.

        Args:
            start_step: int. Steps to leave out.
            context: `tf.distribute.InputContext` of the worker, or None for one
                replica.

        Returns:
            `tf.data.Dataset` of `((samples, lengths), tokens)`, with `num_uniforms` of
            `((samples, lengths, uniforms), tokens)`: samples float32
            `(rows / replicas, S)`, lengths int32 `(rows / replicas,)` in samples,
            uniforms float32 `(rows / replicas, num_uniforms)` in [0, 1) and tokens
            int32 `(rows / replicas, U)`. One element is one replica's part of a step,
            rows that are consecutive.

        Raises:
            ValueError: If replicas cannot share the batches evenly.
        """
        return self._buckets.batches(self._batch, start_step, context)

    def _batch(self, examples, length, epoch):
        bucket = tf.searchsorted(self._lengths, [length])[0]
        inputs = [self._sounds.padded(examples, length), self._sounds.lengths(examples)]
        if self.num_uniforms:
            inputs.append(self._uniforms(examples, epoch))
        return tuple(inputs), self._tokens.padded(examples, self._widest[bucket])

    def _uniforms(self, examples, epoch):
        """Returns the same numbers for an example, whichever replica has it."""
        seed = tf.random.experimental.stateless_fold_in((self.seed, 2), epoch)

        def of_example(example):
            return tf.random.stateless_uniform(
                (self.num_uniforms,),
                tf.random.experimental.stateless_fold_in(seed, example),
            )

        return tf.map_fn(of_example, examples, fn_output_signature=tf.float32)
