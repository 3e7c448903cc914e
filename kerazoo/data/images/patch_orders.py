"""Random orders of the patches of images: the first ones are visible."""

import tensorflow as tf


def with_patch_orders(
    batches: tf.data.Dataset,
    num_patches: int,
    seed: int,
    start_step: int = 0,
    context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Puts an order of the patches beside each image, others each time.

    It depends on the seed, the step and the place in the batch alone: that of a step is
    the same however many replicas share it.

    Args:
        batches: `tf.data.Dataset` of images `(B, H, W, C)`, one element for each
            replica's part of a step.
        num_patches: int. Patches T of an image.
        seed: int.
        start_step: int. Steps that were left out of the batches.
        context: `tf.distribute.InputContext` of the worker, or None for one replica.

    Returns:
        `tf.data.Dataset` of pairs of the images and int32 `(B, T)`.

    Example:

    ```python
    batches = tf.data.Dataset.from_tensors(tf.zeros([4, 8, 8, 1])).repeat()
    images, order = next(iter(with_patch_orders(batches, 16, seed=0)))
    ```
    """
    workers, worker, replicas = 1, 0, 1
    if context is not None:
        workers, worker = context.num_input_pipelines, context.input_pipeline_id
        replicas = context.num_replicas_in_sync
    own = replicas // workers

    def order(index, images):
        step = start_step + index // own
        part = tf.cast(worker * own + index % own, tf.int32)
        rows = tf.shape(images)[0]
        noise = tf.random.stateless_uniform(
            (replicas * rows, num_patches), tf.stack([tf.cast(seed, tf.int64), step])
        )
        noise = noise[part * rows : (part + 1) * rows]
        orders = tf.ensure_shape(tf.argsort(noise, axis=1), (None, num_patches))
        return images, orders

    return (
        tf.data.Dataset.zip((tf.data.Dataset.counter(), batches))
        .map(order, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )
