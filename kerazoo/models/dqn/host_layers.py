"""Layers of Q-networks in NumPy, where calling TensorFlow would cost more."""

import typing

import keras
import numpy as np

from kerazoo import layers
from kerazoo.layers.branching_head import NO_ACTION
from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D


def is_simple(model: keras.Model, max_units: int) -> bool:
    """Returns whether all layers of a model are known in NumPy.

    Args:
        model: Keras model.
        max_units: Width of the widest `Dense` layer that is quicker so.
    """
    return type(model) is keras.Sequential and all(
        _is_simple_layer(layer, max_units) for layer in model.layers
    )


def layer_functions(
    model: keras.Sequential,
    weights: typing.Sequence[np.ndarray],
    random: np.random.Generator | None = None,
) -> list[typing.Callable[[np.ndarray], np.ndarray]]:
    """Returns functions of an array, one after the other the model.

    Args:
        model: `keras.Sequential` of simple layers, see `is_simple`.
        weights: list of its weights.
        random: `numpy.random.Generator` of the noise, None for none.

    Example:

    ```python
    from kerazoo.models.dqn.host_layers import layer_functions

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    (dense,) = layer_functions(model, model.get_weights())
    dense(np.zeros((8, 3), np.float32)).shape  # (8, 2)
    ```
    """
    rest, functions = iter(weights), []
    for layer in model.layers:
        function = _function(layer, rest, random)
        if function is not None:
            functions.append(function)
    return functions


def _function(layer, weights, random):
    if isinstance(layer, keras.layers.Rescaling):
        scale, offset = np.float32(layer.scale), np.float32(layer.offset)
        return None if (scale, offset) == (1, 0) else lambda x: x * scale + offset
    if isinstance(layer, keras.layers.Permute):
        axes = (0, *layer.dims)
        return None if axes == tuple(range(len(axes))) else lambda x: x.transpose(axes)
    if isinstance(layer, PatchConv2D):
        return _convolution(layer, next(weights), next(weights))
    if isinstance(layer, keras.layers.Flatten):
        return lambda x: x.reshape(len(x), -1)
    if isinstance(layer, keras.layers.Reshape):
        return lambda x: x.reshape(len(x), *layer.target_shape)
    if isinstance(layer, layers.DuelingHead):
        kernel, bias = _dueling(layer, weights, random)
        if layer.num_atoms is None:
            return lambda x: x @ kernel + bias
        shape = layer.num_actions, layer.num_atoms
        return lambda x: (x @ kernel + bias).reshape(len(x), *shape)
    if isinstance(layer, layers.ImplicitQuantileHead):
        return _implicit_quantiles(layer, weights, random)
    if isinstance(layer, layers.BranchingHead):
        return _branches(layer, weights)
    if isinstance(layer, CategoricalMean):
        return _categorical_mean(layer)
    if isinstance(layer, QuantileMean):
        return lambda x: x.mean(-1)
    kernel, bias = _linear(layer, weights, random)

    def dense(x):
        x = x.dot(kernel)  # Half the overhead of `@`.
        x += bias
        return np.maximum(x, 0) if is_relu else x

    is_relu = layer.activation is keras.activations.relu
    return dense


def _convolution(layer, kernel, bias):
    rows, columns, _, filters = kernel.shape
    kernel = kernel.reshape(-1, filters)
    shifts = [(i, j) for i in range(rows) for j in range(columns)]
    is_relu = layer.activation is keras.activations.relu

    def convolve(x):
        height, width = x.shape[1] - rows + 1, x.shape[2] - columns + 1
        patches = [x[:, i : i + height, j : j + width] for i, j in shifts]
        x = np.concatenate(patches, axis=-1) @ kernel
        x += bias
        return np.maximum(x, 0) if is_relu else x

    return convolve


def _linear(layer, weights, random):
    """Returns kernel and bias of a dense layer, with noise if it has."""
    kernel, bias = next(weights), next(weights)
    if not isinstance(layer, layers.NoisyDense):
        return kernel, bias
    kernel_sigma, bias_sigma = next(weights), next(weights)
    if random is None:
        return kernel, bias
    rows, columns = (
        np.sign(normal) * np.sqrt(np.abs(normal))
        for normal in (random.standard_normal(n, np.float32) for n in kernel.shape)
    )
    return kernel + kernel_sigma * np.outer(rows, columns), bias + bias_sigma * columns


def _dueling(head, weights, random):
    """Returns kernel and bias of a linear dueling head: value and advantages in one."""
    (value,), (advantage,) = head.value, head.advantage
    values = _linear(value, weights, random)
    advantages = _linear(advantage, weights, random)
    atoms = head.num_atoms or 1

    def combine(value, advantage):
        rows = value.shape[:-1]
        parts = advantage.reshape(*rows, head.num_actions, atoms)
        parts = parts - parts.mean(-2, keepdims=True) + value[..., None, :]
        return parts.reshape(*rows, -1)

    return map(combine, values, advantages)


def _implicit_quantiles(head, weights, random):
    kernel, bias = next(weights), next(weights)
    tau = (np.arange(head.num_quantiles) + 0.5) / head.num_quantiles
    cosines = np.cos(np.pi * tau[:, None] * np.arange(head.num_cosines))
    embedding = np.maximum(cosines.astype(np.float32) @ kernel + bias, 0)  # (K, D)
    hidden = None
    if head.hidden is not None:
        hidden = _linear(head.hidden, weights, random)
    if head.dueling:
        kernel, bias = _dueling(head.head, weights, random)
    else:
        kernel, bias = _linear(head.head, weights, random)

    def quantiles(x):
        x = x[:, None] * embedding
        if hidden is not None:
            x = np.maximum(x @ hidden[0] + hidden[1], 0)
        return (x @ kernel + bias).swapaxes(1, 2)

    return quantiles


def _categorical_mean(layer):
    def mean(logits):
        atoms = np.linspace(layer.v_min, layer.v_max, logits.shape[-1])
        weights = np.exp(logits - logits.max(-1, keepdims=True))
        return weights @ atoms.astype(np.float32) / weights.sum(-1)

    return mean


def _branches(layer, weights):
    value = (next(weights), next(weights)) if layer.dueling else None
    kernel, bias = next(weights), next(weights)
    sizes = np.array(layer.num_actions)[:, None]
    exists = np.arange(sizes.max()) < sizes

    def branches(x):
        q_values = (x @ kernel + bias).reshape(len(x), *exists.shape)
        if value is not None:
            mean = q_values.mean(-1, keepdims=True, where=exists)
            q_values = (x @ value[0] + value[1])[:, None] + q_values - mean
        return np.where(exists, q_values, np.float32(NO_ACTION))

    return branches


def _is_simple_layer(layer, max_units):
    if layer.dtype_policy.name != "float32":
        return False
    if type(layer) is keras.layers.Dense:
        simple = (keras.activations.relu, keras.activations.linear)
        return (
            layer.use_bias and layer.units <= max_units and layer.activation in simple
        )
    if type(layer) is PatchConv2D:
        simple = (keras.activations.relu, keras.activations.linear)
        return layer.strides == (1, 1) and layer.activation in simple
    if type(layer) is layers.NoisyDense:
        simple = (keras.activations.relu, keras.activations.linear)
        return layer.units <= max_units and layer.activation in simple
    if type(layer) is layers.DuelingHead:
        return layer.hidden_units is None
    if type(layer) is layers.ImplicitQuantileHead:
        return (layer.hidden_units or 0) <= max_units
    if type(layer) is keras.layers.Flatten:
        return layer.data_format == "channels_last"
    return type(layer) in (
        keras.layers.Permute,
        keras.layers.Rescaling,
        keras.layers.Reshape,
        layers.BranchingHead,
        CategoricalMean,
        QuantileMean,
    )
