"""Pairs of atoms that are near each other, within TensorFlow's graph and outside."""

import numpy as np
import tensorflow as tf


def near_pairs(positions: np.ndarray, cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pairs of atoms of a structure that are within a cutoff.

    Args:
        positions: float `(A, 3)`.
        cutoff: Largest distance.

    Returns:
        int32 `(E,)` sources and targets; each pair comes in both directions, none is of
        an atom with itself.

    Example:

    ```python
    near_pairs(np.array([[0, 0, 0], [0, 0, 1], [0, 0, 9]]), 5.0)  # ([1, 0], [0, 1])
    ```
    """
    from scipy import spatial

    pairs = spatial.cKDTree(positions).query_pairs(cutoff, output_type="ndarray")
    both = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int32)
    order = np.lexsort((both[:, 0], both[:, 1]))  # By target.
    return both[order, 0], both[order, 1]


def padded_pairs(
    positions: tf.Tensor, mask: tf.Tensor, cutoff: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the same of a padded batch, whose atoms are numbered row by row.

    Args:
        positions: float `(B, A, 3)`; where there is no atom, any numbers.
        mask: bool `(B, A)`. Where there is an atom.
        cutoff: Largest distance.

    Returns:
        int32 `(E,)` sources and targets, and the least distance of two atoms of a
        structure, infinite where no structure has two.

    Example:

    ```python
    positions = tf.constant([[[0.0, 0, 0], [0, 0, 1]]])
    source, target, least = padded_pairs(positions, tf.constant([[True, True]]), 5.0)
    source, target, least  # [1, 0], [0, 1], 1
    ```
    """
    # One coordinate after the other: (B, A, A, 3) would be three times as large.
    squared = tf.add_n(
        [
            tf.math.squared_difference(axis[:, :, tf.newaxis], axis[:, tf.newaxis])
            for axis in tf.unstack(positions, axis=-1)
        ]
    )
    are_two = mask[:, :, tf.newaxis] & mask[:, tf.newaxis]
    are_two &= ~tf.eye(tf.shape(mask)[1], dtype=tf.bool)
    squared = tf.where(are_two, squared, np.inf)
    pairs = tf.where(squared <= cutoff**2)
    numbers = tf.cumsum(tf.reshape(tf.cast(mask, tf.int32), [-1])) - 1
    numbers = tf.reshape(numbers, tf.shape(mask))
    target = tf.gather_nd(numbers, pairs[:, :2])
    source = tf.gather_nd(numbers, tf.stack([pairs[:, 0], pairs[:, 2]], axis=-1))
    return source, target, tf.sqrt(tf.reduce_min(squared))
