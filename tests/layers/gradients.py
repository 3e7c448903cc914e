"""Gradients of a layer on any backend of Keras."""

import keras
import numpy as np
from keras import ops


def gradients(layer, x, upstream, variables):
    """Returns the gradients of the outputs, times `upstream`, as arrays.

    Args:
        layer: Keras layer, built.
        x: float array, its input.
        upstream: float array of the outputs' shape.
        variables: List of Keras variables.

    Returns:
        List of arrays: by the input, and by each variable.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(layer(x) * upstream)
        found = tape.gradient(total, [x, *(v.value for v in variables)])
        return [np.array(tf.convert_to_tensor(value)) for value in found]
    if backend == "torch":
        x = ops.convert_to_tensor(x).requires_grad_(True)
        total = ops.sum(layer(x) * ops.convert_to_tensor(upstream))
        import torch

        found = torch.autograd.grad(total, [x, *(v.value for v in variables)])
        return [ops.convert_to_numpy(value.detach()) for value in found]
    import jax

    def total(x, values):
        mapping = list(zip(variables, values))
        with keras.StatelessScope(state_mapping=mapping):
            return ops.sum(layer(x) * upstream)

    values = [v.value for v in variables]
    by_x, by_values = jax.grad(total, argnums=(0, 1))(ops.convert_to_tensor(x), values)
    return [np.array(by_x), *map(np.array, by_values)]
