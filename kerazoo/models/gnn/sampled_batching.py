"""Batches of sampled subgraphs as `tf.data`."""

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.batch_order import example_order
from kerazoo.models.gnn.graph_batching import check_batches
from kerazoo.models.gnn.graph_batching import pad
from kerazoo.models.gnn.neighbor_sampler import NeighborSampler


def sampled_batches(
    sampler: NeighborSampler,
    seeds: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    constraints: tfgnn.SizeConstraints,
    seed: int | None = None,
    start_step: int = 0,
    num_shards: int = 1,
    shard_index: int = 0,
) -> tf.data.Dataset:
    """Batches sampled subgraphs.

    Order, end, padding and arguments are those of `graph_batches`, with a subgraph of
    each seed in place of a graph. What a batch samples depends on the sampler's seed
    and the number of the batch alone.

    Args:
        sampler: Draws the subgraphs.
        seeds: int `(S,)`, nodes.
        labels: array `(S, ...)`, of the seeds.
        batch_size: Seeds per batch.
        constraints: Such as `size_constraints(sampler.sizes(seeds), batch_size)`.
        seed, start_step, num_shards, shard_index: See `graph_batches`.

    Returns:
        `tf.data.Dataset` of `(components, labels, weights)`.

    Raises:
        ValueError: If the numbers of seeds and labels differ, or `batch_size` leaves no
            component for padding.

    Example:

    ```python
    sampler = NeighborSampler(graph, fanouts=(5, 5))
    train, labels = np.arange(10), np.zeros(10, np.int32)
    constraints = size_constraints(sampler.sizes(train), 4, seed=0, num_steps=500)
    batches = sampled_batches(sampler, train, labels, 4, constraints, seed=0)
    ```
    """
    check_batches(labels, len(seeds), batch_size, constraints)
    with tf.device("CPU"):
        seeds, labels = tf.constant(seeds, tf.int32), tf.convert_to_tensor(labels)
    steps = tf.data.Dataset.counter(start_step * num_shards + shard_index, num_shards)
    order = example_order(
        len(seeds), batch_size, seed, start_step, num_shards, shard_index
    )

    def batch(step, ids):
        subgraphs = sampler(tf.gather(seeds, ids), step)
        return pad(subgraphs, tf.gather(labels, ids), constraints)

    return (
        tf.data.Dataset.zip(steps, order)
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )
