"""Action values on the host: what an actor asks once per environment step."""

import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo import layers
from kerazoo.layers.branching_head import NO_ACTION
from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.noise import noise_from
from kerazoo.models.dqn.noise import noisy_layers
from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D


class HostNetwork:
    """Computes a model's outputs for few observations with little overhead.

    For a handful of observations, calling TensorFlow costs ten times the arithmetic
    of a small network. A `keras.Sequential` of `Dense` and `NoisyDense` (ReLU or
    linear), `PatchConv2D`, `Permute`, `Flatten`, `Rescaling`, `DuelingHead`,
    `ImplicitQuantileHead`, `BranchingHead` and means of distributions in float32 is
    therefore evaluated in NumPy on a copy of its weights; any other model as a
    `tf.function`.

    Args:
        model: `keras.Model` of a batch of observations.
        max_units: Models with a wider `Dense` layer go through TensorFlow.

    Attributes:
        model: The Keras model.
        in_numpy: bool. Whether it is evaluated in NumPy.
        is_noisy: bool. Whether it has noisy layers.

    Call arguments:
        observation: array or nest of arrays `(N, ...)`.

    Returns:
        float32 array `(N, A)`, or `(N, J, K)` of J joints.

    Example:

    ```python
    spec = GymnasiumEnvironment("CartPole-v1").observation_spec()
    q_values = HostNetwork(q_network(spec, num_actions=2))
    q_values(np.zeros((8, 4), np.float32))  # (8, 2)
    ```
    """

    def __init__(self, model: keras.Model, max_units: int = 512):
        self.model = model
        self.in_numpy = _is_simple(model, max_units)
        noisy = noisy_layers(model)
        self.is_noisy = bool(noisy)
        self._function = tf.function(model, autograph=False, reduce_retracing=True)

        def with_noise(observation, seed):
            with noise_from(noisy, [], seed):
                return model(observation, training=True)

        self._noisy_function = tf.function(
            with_noise, autograph=False, reduce_retracing=True
        )
        self.refresh()

    def refresh(
        self,
        weights: typing.Sequence[tf.Tensor] | None = None,
        noise_seed: typing.Sequence[int] = (0,),
    ) -> None:
        """Takes the weights anew; call it after they changed.

        Args:
            weights: list of tensors in the order of `model.weights`, or None to read
                them from the model.
            noise_seed: Seed of the noise that `explore` has until the next refresh.
        """
        if self.in_numpy:
            weights = weights or [v.value for v in self.model.weights]
            arrays = [weight.numpy() for weight in weights]
            self._steps = _functions(self.model, arrays)
        if not self.is_noisy:
            return
        if self.in_numpy:
            random = np.random.default_rng(noise_seed)
            self._noisy_steps = _functions(self.model, arrays, random)
        else:
            (first,) = np.random.SeedSequence(noise_seed).generate_state(1)
            self._seed = tf.constant(first, tf.int64)

    def __call__(self, observation: typing.Any) -> np.ndarray:
        if not self.in_numpy:
            return self._function(observation).numpy()
        return _apply(self._steps, observation)

    def explore(self, observation: typing.Any) -> np.ndarray:
        """Computes the outputs with the noise of noisy layers, if there are any.

        Args:
            observation: array or nest of arrays `(N, ...)`.

        Returns:
            As a call.
        """
        if not self.is_noisy:
            return self(observation)
        if not self.in_numpy:
            return self._noisy_function(observation, self._seed).numpy()
        return _apply(self._noisy_steps, observation)


def _apply(functions, observation):
    x = np.asarray(observation, np.float32)
    for function in functions:
        x = function(x)
    return x


def _functions(model, weights, random=None):
    """Returns functions of an array, one after the other the model.

    Args:
        model: `keras.Sequential` of simple layers.
        weights: list of its weights.
        random: `numpy.random.Generator` of the noise, None for none.
    """
    weights, functions = iter(weights), []
    for layer in model.layers:
        function = _function(layer, weights, random)
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


def _is_simple(model, max_units):
    return type(model) is keras.Sequential and all(
        _is_simple_layer(layer, max_units) for layer in model.layers
    )


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
