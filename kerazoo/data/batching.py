"""Endless shuffled batches of arrays in memory, as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf


def array_batches(
    arrays: typing.Sequence[np.ndarray],
    batch_size: int,
    seed: int,
    start_step: int = 0,
    context: tf.distribute.InputContext | None = None,
    preprocess: typing.Callable | None = None,
    flip: bool = False,
    shift: int = 0,
) -> tf.data.Dataset:
    """Batches arrays without end, for the replicas of a `tf.distribute` strategy.

    The examples come in a new order each epoch. Every batch is full: what an epoch has
    left over begins the batch that the next one fills up. Order, flips and shifts
    depend on the seed and the epoch alone, so that `start_step=k` goes on exactly where
    the first k batches ended, and the batch of a step is the same however many replicas
    share it. Replicas have consecutive parts of it.

    Args:
        arrays: tuple of arrays `(N, ...)`, such as images and labels.
        batch_size: int. Examples of a step, over all replicas.
        seed: int.
        start_step: int. Steps to leave out.
        context: `tf.distribute.InputContext` of the worker, or None for one replica.
        preprocess: Function of a batch's tensors, one for each array, to what the
            dataset shall give; or None for the tuple of them.
        flip: bool. Mirrors the first array, images `(N, H, W, C)`, from left to right,
            each time with probability 1/2.
        shift: int. Moves them by up to so many pixels up or down, and as many to a
            side, each time by others; zeros come in from beyond the edges.

    Returns:
        `tf.data.Dataset` of tuples of tensors `(batch_size / replicas, ...)`, one
        element for one replica's part of a step.

    Raises:
        ValueError: If the arrays are empty or differ in length, replicas cannot share
            the batch evenly, or flips or shifts are asked of what are no images.

    Example:

    ```python
    images, labels = np.zeros((100, 8, 8, 1), "uint8"), np.zeros(100, "int32")
    for images, labels in array_batches((images, labels), 32, seed=0).take(1_000):
        ...
    ```
    """
    num_workers, worker, replicas = 1, 0, 1
    if context is not None:
        num_workers, worker = context.num_input_pipelines, context.input_pipeline_id
        replicas = context.num_replicas_in_sync
    num_examples = _check(arrays, batch_size, replicas, flip, shift)
    with tf.device("CPU"):
        tensors = [tf.convert_to_tensor(array) for array in arrays]
    first_epoch, num_before = divmod(start_step * batch_size, num_examples)
    share = batch_size // num_workers

    def epoch_order(epoch):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(num_examples, dtype=tf.int64), (seed, epoch)
        )
        # Any other seed will do: a shuffle sorts random numbers of its own.
        seeds = [
            tf.random.experimental.stateless_fold_in((seed, epoch), i) for i in (1, 2)
        ]
        mirrored = tf.random.stateless_uniform([num_examples], seeds[0]) < 0.5
        offsets = tf.random.stateless_uniform(
            [num_examples, 2], seeds[1], 0, 2 * shift + 1, tf.int32
        )
        start = tf.where(epoch == first_epoch, num_before, 0)
        return order[start:], mirrored[start:], offsets[start:]

    def worker_share(*values):
        own = slice(worker * share, (worker + 1) * share)
        return tuple(value[own] for value in values)

    def batch(order, mirrored, offsets):
        values = [tf.gather(tensor, order) for tensor in tensors]
        if flip:
            where = mirrored[:, tf.newaxis, tf.newaxis, tf.newaxis]
            values[0] = tf.where(where, tf.reverse(values[0], [2]), values[0])
        if shift:
            values[0] = _shifted(values[0], offsets, shift)
        return tuple(values) if preprocess is None else preprocess(*values)

    return (
        tf.data.Dataset.counter(first_epoch)
        .map(epoch_order)
        .rebatch(batch_size, drop_remainder=True)
        .map(worker_share)
        .rebatch(batch_size // replicas, drop_remainder=True)
        .apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _shifted(images, offsets, shift):
    """Returns the parts of images in a wide frame that begin at offsets `(B, 2)`."""
    frame = [shift, shift]
    framed = tf.pad(images, [[0, 0], frame, frame, [0, 0]])
    for axis in (1, 2):
        places = offsets[:, axis - 1 : axis] + tf.range(images.shape[axis])
        framed = tf.gather(framed, places, axis=axis, batch_dims=1)
    return framed


def _check(arrays, batch_size, replicas, flip, shift):
    lengths = [len(array) for array in arrays]
    if not lengths or not lengths[0] or len(set(lengths)) > 1:
        raise ValueError(
            f"`arrays` must have one length above 0. Received: lengths={lengths}"
        )
    if batch_size < 1 or batch_size % replicas:
        raise ValueError(
            f"`batch_size` must be positive and a multiple of the {replicas} replicas. "
            f"Received: batch_size={batch_size}"
        )
    if shift < 0:
        raise ValueError(f"`shift` must be 0 or more. Received: shift={shift}")
    if (flip or shift) and arrays[0].ndim != 4:
        raise ValueError(
            "`flip` and `shift` need images (N, H, W, C) as the first array. "
            f"Received: shape={arrays[0].shape}"
        )
    return lengths[0]
