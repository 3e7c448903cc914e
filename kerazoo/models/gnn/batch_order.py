"""Which examples are in which batch, by a seed and the number of the batch."""

import tensorflow as tf


def example_order(
    num_examples: int,
    batch_size: int,
    seed: int | None,
    start_step: int,
    num_shards: int,
    shard_index: int,
) -> tf.data.Dataset:
    """Returns the dataset of int64 `(batch_size,)`, the examples of each batch.

    `graph_batches` tells the order.
    """
    if seed is None:
        batches = tf.data.Dataset.range(num_examples).batch(batch_size)
        return batches.shard(num_shards, shard_index).skip(start_step)
    start = start_step * num_shards * batch_size
    first_epoch, num_before = divmod(start, num_examples)

    def order(epoch):
        examples = tf.random.experimental.stateless_shuffle(
            tf.range(num_examples, dtype=tf.int64), (seed, epoch)
        )
        return examples[tf.where(epoch == first_epoch, num_before, 0) :]

    return (
        tf.data.Dataset.counter(first_epoch)
        .map(order)
        .rebatch(batch_size, drop_remainder=True)
        .apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        .shard(num_shards, shard_index)
    )
