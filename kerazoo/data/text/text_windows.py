"""Endless batches of windows of a long text, as `tf.data`."""

import numpy as np
import tensorflow as tf


def token_windows(
    tokens: np.ndarray,
    length: int,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Draws windows of a text at random places, for the replicas of a strategy.

    The places depend on the seed and the step alone: `start_step=k` goes on exactly
    where the first k batches ended, and the batch of a step is the same however many
    replicas share it.

    Args:
        tokens: int array `(N,)`.
        length: int. Tokens T of a window; each is followed by one more, to predict.
        batch_size: int. Windows of a step, over all replicas.
        seed: int.
        start_step: int. Steps to leave out.
        context: `tf.distribute.InputContext` of the worker, or None for one replica.

    Returns:
        `tf.data.Dataset` of pairs of int32 tensors `(batch_size / replicas, T)`: the
        tokens of windows, and those that follow them.

    Raises:
        ValueError: If the text is shorter than a window and one more, or replicas
            cannot share the batch evenly.

    Example:

    ```python
    for inputs, targets in token_windows(np.arange(100), 8, 4, seed=0).take(10):
        ...
    ```
    """
    num_workers, worker, replicas = 1, 0, 1
    if context is not None:
        num_workers, worker = context.num_input_pipelines, context.input_pipeline_id
        replicas = context.num_replicas_in_sync
    if length < 1 or len(tokens) <= length:
        raise ValueError(
            "The text must have more tokens than a window, which has one at least. "
            f"Received: {len(tokens)} tokens, length={length}"
        )
    if batch_size < 1 or batch_size % replicas:
        raise ValueError(
            f"`batch_size` must be positive and a multiple of the {replicas} replicas. "
            f"Received: batch_size={batch_size}"
        )
    with tf.device("CPU"):
        tokens = tf.convert_to_tensor(tokens, tf.int32)
    share = batch_size // num_workers

    def windows(step):
        starts = tf.random.stateless_uniform(
            (batch_size, 1), (seed, step), 0, tf.size(tokens) - length, tf.int32
        )
        own = starts[worker * share : (worker + 1) * share]
        found = tf.gather(tokens, own + tf.range(length + 1))  # (B, T + 1)
        return found[:, :-1], found[:, 1:]

    return (
        tf.data.Dataset.counter(start_step)
        .map(windows, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .unbatch()
        .batch(batch_size // replicas, drop_remainder=True)
        .apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        .prefetch(tf.data.AUTOTUNE)
    )
