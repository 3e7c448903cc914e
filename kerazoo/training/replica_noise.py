"""Noise that differs between replicas."""

import keras
import tensorflow as tf

_GOLDEN_RATIO = 0x9E3779B1  # Spreads replicas far from the generator's own counter.


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """Seed generator whose replicas draw different numbers.

    Keras's own gives every replica of a `tf.distribute` strategy the same numbers, so
    that dropout falls on the same units of all. On one replica, and on the first of
    several, the numbers are Keras's own.
    """

    def next(self, ordered=True):
        seed = super().next(ordered)
        if tf.distribute.get_strategy().num_replicas_in_sync == 1:
            return seed
        context = tf.distribute.get_replica_context()
        if context is None:
            return seed
        replica = tf.cast(context.replica_id_in_sync_group, seed.dtype)
        return seed + tf.stack([replica * _GOLDEN_RATIO, tf.zeros_like(replica)])


def separate_noise(model: keras.layers.Layer) -> None:
    """Makes the dropout and noise layers of a model draw apart on every replica.

    Args:
        model: Keras model or layer, built.

    Example:

    ```python
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5)])
    separate_noise(model)
    ```
    """
    for layer in model._flatten_layers():
        for generator in layer._seed_generators:
            # The generator's state may be in use: it stays, with another `next`.
            generator.__class__ = ReplicaSeedGenerator
