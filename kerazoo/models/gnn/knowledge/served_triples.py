"""Known triples in a served graph."""

import typing

import numpy as np
import tensorflow as tf


class KnownAnswers(typing.Protocol):
    """Known tails in compressed rows.

    Attributes:
        queries: int `(Q, 2)`. Heads and relations with a known tail, in order.
        offsets: int `(Q + 1,)`. Where the tails of each begin in `tails`.
        tails: int `(E,)`.
    """

    queries: np.ndarray
    offsets: np.ndarray
    tails: np.ndarray


class ServedTriples(tf.Module):
    """Finds the known tails of queries in a graph.

    Args:
        known: What is known.
        num_relations: Number of relations with inverses, 2 R.

    Example:

    ```python
    served = ServedTriples(known_tails, num_relations=2)
    heads, relations = tf.constant([0, 1]), tf.constant([0, 1])
    served(heads, relations, tf.constant(True))  # (P, 2): rows and known tails.
    ```
    """

    def __init__(self, known: KnownAnswers, num_relations: int):
        super().__init__()
        self._num_relations = num_relations
        keys = known.queries[:, 0].astype(np.int64) * num_relations
        self.keys = _constant(keys + known.queries[:, 1])
        self.offsets = _constant(known.offsets.astype(np.int32))
        self.tails = _constant(known.tails.astype(np.int32))

    def __call__(
        self, heads: tf.Tensor, relations: tf.Tensor, is_asked: tf.Tensor
    ) -> tf.Tensor:
        """Returns rows and tails, int32 `(P, 2)`; none where `is_asked` is false."""
        keys = tf.cast(heads, tf.int64) * self._num_relations
        keys += tf.cast(relations, tf.int64)
        places = tf.searchsorted(self.keys, keys)
        places = tf.minimum(places, tf.shape(self.keys)[0] - 1)
        is_known = tf.equal(tf.gather(self.keys, places), keys) & is_asked
        begins = tf.gather(self.offsets, places)
        ends = tf.where(is_known, tf.gather(self.offsets, places + 1), begins)
        found = tf.ragged.range(begins, ends)
        rows = tf.cast(found.value_rowids(), tf.int32)
        return tf.stack([rows, tf.gather(self.tails, found.values)], axis=1)


def _constant(values):
    # A variable: constants would be in the graph itself.
    return tf.Variable(values, trainable=False)
