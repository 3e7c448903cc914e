"""A network's batch in pieces that run side by side."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.training.replica_model import num_replicas


def in_towers(
    network: keras.Model,
    inputs: typing.Sequence[tf.Tensor],
    towers: int = 1,
    training: bool = False,
) -> tf.Tensor:
    """Applies a network to a batch, piece by piece.

    On a CPU, pieces with one thread each finish sooner than one batch with many
    threads, whose operations are too small to share. No piece is empty, nor is what a
    network sees on a replica that has no example: TensorFlow's convolutions of nothing
    have outputs of a wrong shape.

    Args:
        network: Keras model of a list of tensors to a tensor of as many examples.
        inputs: List of tensors `(B, ...)`.
        towers: int. Number of pieces. Few examples are one piece.
        training: bool.

    Returns:
        Tensor `(B, ...)`, what the network returns for the whole batch.

    Example:

    ```python
    inputs = [keras.Input((3,)), keras.Input((2,))]
    network = keras.Model(inputs, keras.layers.Concatenate()(inputs))
    in_towers(network, [tf.ones((8, 3)), tf.ones((8, 2))], towers=2)  # (8, 5)
    ```
    """
    if num_replicas() == 1:
        return _pieces(network, inputs, towers, training)
    count = tf.shape(inputs[0])[0]
    fill = tf.cast(tf.equal(count, 0), tf.int32)
    filled = [
        tf.concat([v, tf.zeros((fill, *v.shape[1:]), v.dtype)], axis=0) for v in inputs
    ]
    return _pieces(network, filled, towers, training)[:count]


def _pieces(network, inputs, towers, training):
    if towers == 1:
        return network(inputs, training=training)

    def apply(*inputs):
        return network(list(inputs), training=training)

    if not tf.executing_eagerly():
        # All pieces are one function, traced and differentiated once.
        apply = tf.function(apply, autograph=False)

    def parts():
        size = (count + towers - 1) // towers
        own = [slice(i * size, (i + 1) * size) for i in range(towers)]
        return ops.concatenate([apply(*(v[i] for v in inputs)) for i in own])

    count = ops.shape(inputs[0])[0]
    is_full = count > (towers - 1) ** 2
    if isinstance(count, int):
        return parts() if is_full else apply(*inputs)
    return ops.cond(is_full, parts, lambda: apply(*inputs))
