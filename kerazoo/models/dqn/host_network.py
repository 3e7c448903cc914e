"""Action values on the host: what an actor asks once per environment step."""

import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo import layers


class HostNetwork:
    """Computes a model's outputs for few observations with little overhead.

    For a handful of observations, calling TensorFlow costs ten times the arithmetic
    of a small network. A `keras.Sequential` of `Dense` (ReLU or linear), `Flatten`,
    `Rescaling` and `DuelingHead` layers in float32 is therefore evaluated in NumPy on
    a copy of its weights; any other model as a `tf.function`.

    Args:
        model: `keras.Model` of a batch of observations.
        max_units: Models with a wider `Dense` layer go through TensorFlow.

    Attributes:
        model: The Keras model.
        in_numpy: bool. Whether it is evaluated in NumPy.

    Call arguments:
        observation: array or nest of arrays `(N, ...)`.

    Returns:
        float32 array `(N, A)`.

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
        self._function = tf.function(model, autograph=False, reduce_retracing=True)
        self.refresh()

    def refresh(self, weights: typing.Sequence[tf.Tensor] | None = None) -> None:
        """Takes the weights anew; call it after they changed.

        Args:
            weights: list of tensors in the order of `model.variables`, or None to read
                them from the model.
        """
        if self.in_numpy:
            weights = weights or [v.value for v in self.model.variables]
            self._weights = [weight.numpy() for weight in weights]

    def __call__(self, observation: typing.Any) -> np.ndarray:
        if not self.in_numpy:
            return self._function(observation).numpy()
        x = np.asarray(observation, np.float32)
        weights = iter(self._weights)
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Rescaling):
                x = x * np.float32(layer.scale) + np.float32(layer.offset)
            elif isinstance(layer, keras.layers.Flatten):
                x = x.reshape(len(x), -1)
            elif isinstance(layer, layers.DuelingHead):
                value = x @ next(weights) + next(weights)
                advantage = x @ next(weights) + next(weights)
                x = value + advantage - advantage.mean(-1, keepdims=True)
            else:
                x = x @ next(weights) + next(weights)
                if layer.activation is keras.activations.relu:
                    x = np.maximum(x, 0)
        return x


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
    if type(layer) is layers.DuelingHead:
        return layer.hidden_units is None
    if type(layer) is keras.layers.Flatten:
        return layer.data_format == "channels_last"
    return type(layer) is keras.layers.Rescaling
