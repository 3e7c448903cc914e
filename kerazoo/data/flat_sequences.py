"""Sequences of any lengths in one tensor."""

import typing

import numpy as np
import tensorflow as tf


class FlatSequences:
    """Sequences end to end, and an empty one after the last.

    Args:
        sequences: N arrays `(T,)`, of one type.
        dtype: Type of the numbers.

    Example:

    ```python
    sequences = FlatSequences([np.array([3, 4]), np.array([5])], "int32")
    sequences.padded(tf.constant([1, 0, 2]), 2)  # [[5, 0], [3, 4], [0, 0]]
    ```
    """

    def __init__(self, sequences: typing.Sequence[np.ndarray], dtype: str):
        lengths = np.array([len(sequence) for sequence in sequences], np.int32)
        ends = np.cumsum(lengths, dtype=np.int64)
        places = np.int64 if ends[-1] > np.iinfo(np.int32).max else np.int32
        values = np.concatenate([*sequences, np.zeros(1, dtype)])
        self._values = tf.constant(values, dtype)
        self._starts = tf.constant(np.append(ends - lengths, ends[-1:]), places)
        self._lengths = tf.constant(np.append(lengths, np.int32(0)))

    def lengths(self, examples: tf.Tensor) -> tf.Tensor:
        """Returns the lengths of some sequences, int32 `(B,)`.

        Args:
            examples: int `(B,)`, numbers of the sequences, N of the empty one.
        """
        return tf.gather(self._lengths, examples)

    def padded(self, examples: tf.Tensor, width: tf.Tensor | int) -> tf.Tensor:
        """Returns some sequences `(B, width)`, with 0 for padding.

        Args:
            examples: int `(B,)`, numbers of the sequences, N of the empty one.
            width: int, not below their lengths.
        """
        places = tf.range(width)
        starts = tf.gather(self._starts, examples)[:, tf.newaxis]
        indices = starts + tf.cast(places, starts.dtype)
        last = tf.size(self._values, starts.dtype) - 1
        values = tf.gather(self._values, tf.minimum(indices, last))
        is_value = places < self.lengths(examples)[:, tf.newaxis]
        return tf.where(is_value, values, tf.zeros((), values.dtype))
