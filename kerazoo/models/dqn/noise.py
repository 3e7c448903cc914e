"""Noise of noisy layers that follows from a seed alone."""

import contextlib
import itertools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.layers import NoisyDense


def noisy_layers(model: keras.Model) -> list[NoisyDense]:
    """Returns the `NoisyDense` layers of a model, also those within others."""
    layers = model._flatten_layers()
    return [layer for layer in layers if isinstance(layer, NoisyDense)]


@contextlib.contextmanager
def noise_from(
    layers: typing.Sequence[NoisyDense], seed: typing.Sequence[int], step: tf.Tensor
) -> typing.Iterator[None]:
    """Lets layers draw their noise from a seed, where it is traced or run.

    Every draw within has numbers of its own, the same on every replica: a batch shares
    its noise. XLA draws other numbers than TensorFlow from the same seed.

    Args:
        layers: list of `NoisyDense`.
        seed: Of all noise.
        step: integer scalar that tells one run of the graph from another.
    """
    numbers = _numbers(layers, seed, step)
    for layer in layers:
        layer.draw_noise = numbers
    try:
        yield
    finally:
        for layer in layers:
            layer.draw_noise = None


def _numbers(layers, seed, step):
    """Returns a function of a size to standard normal numbers, never the same ones."""
    # Drawn for all layers at once: XLA compiles a second or so for every draw.
    total = sum(sum(layer.kernel.shape) for layer in layers)
    count, parts = itertools.count(), []

    def numbers(size):
        if not parts or parts[0].shape[0] < size:
            pair = step_seed([*seed, next(count)], step)
            parts[:] = [tf.random.stateless_normal((total,), pair, alg="philox")]
        part, parts[0] = parts[0][:size], parts[0][size:]
        return part

    return numbers


def step_seed(seed: typing.Sequence[int], step: tf.Tensor) -> tf.Tensor:
    """Returns the seed of a draw of `tf.random.stateless_uniform` and others.

    Args:
        seed: Non-negative integers that tell the draw from all others of a step.
        step: integer scalar.

    Returns:
        int64 `(2,)`.
    """
    first = int(np.random.SeedSequence(seed).generate_state(1)[0])
    return tf.stack([tf.constant(first, tf.int64), tf.cast(step, tf.int64)])
