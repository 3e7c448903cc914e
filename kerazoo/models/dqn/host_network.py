"""Action values on the host: what an actor asks once per environment step."""

import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.host_layers import is_simple
from kerazoo.models.dqn.host_layers import layer_functions
from kerazoo.models.dqn.noise import noise_from
from kerazoo.models.dqn.noise import noisy_layers


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
        self.in_numpy = is_simple(model, max_units)
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
            self._steps = layer_functions(self.model, arrays)
        if not self.is_noisy:
            return
        if self.in_numpy:
            random = np.random.default_rng(noise_seed)
            self._noisy_steps = layer_functions(self.model, arrays, random)
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
