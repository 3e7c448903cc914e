"""A trained Q-network as a policy to serve: raw observations to actions."""

import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import without_means
from kerazoo.models.dqn.observation_checks import allows_actions
from kerazoo.models.dqn.observation_checks import values_exist
from kerazoo.models.dqn.served_actions import served_actions
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.tracing import trace


class ServingPolicy:
    """Serves a greedy policy that takes observations as the environment gives them.

    `act` takes `observation` `(B, ...)`: one input per part of a `Dict` or `Tuple`,
    `Discrete` ones an int64 each; where the environment masks actions `action_mask`
    bool `(B, A)`, too. It returns `action` int64 `(B,)`, numbered as in the
    environment's own space, and `q_values` float32 `(B, A)`; of J joints `(B, J)` and
    `(B, J, K)`. Where continuous actions were cut into bins, `action` is continuous,
    float `(B, ...)`, as the environment takes it, and `bins` int64 says which they are.
    A model that ends in the means of distributions also gives these: `probabilities`
    float32 `(B, A, Z)` of equally spaced returns, or `quantiles` of returns.

    Args:
        model: Keras model of flat observations to float `(B, A)` or `(B, J, K)`,
            outside of any strategy.
        environment: `GymnasiumEnvironment` that the model was trained on.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    serving = ServingPolicy(model, environment)
    export(serving.module, serving.endpoints, "saved_models/dqn_cartpole")
    ```
    """

    def __init__(
        self,
        model: keras.Model,
        environment: GymnasiumEnvironment,
        limits: Limits | None = None,
    ):
        self.module = tf.Module(name="serving_policy")
        self.module.weights = [variable.value for variable in model.variables]
        self._model = model
        self._distributions = without_means(model)
        self._space = environment.raw_observation_space
        self._action_space = environment.raw_action_space
        self._bins = environment.bins
        self._most = (limits or Limits()).max_examples
        self._signature = spaces.raw_signature(self._space)
        if environment.masks_actions:
            self._signature["action_mask"] = tf.TensorSpec(
                (None, environment.num_actions), tf.bool, "action_mask"
            )

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `act`."""
        return {"serving_default": trace(self.act, **self._signature)}

    def act(self, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the best valid actions and all values."""
        inputs = checked(inputs, self._checks(inputs))
        mask = inputs.pop("action_mask", None)
        observations = spaces.flatten(self._space, inputs)
        if observations.shape.rank > 2:  # Images, which go through convolutions.
            found = self._values(with_a_row(observations))
            rows = tf.shape(observations)[0]
            found = {name: values[:rows] for name, values in found.items()}
        else:
            found = self._values(observations)
        q_values = found.pop("q_values")
        name, *_ = spaces.named_parts(self._space)
        q_values = checked(q_values, [gives_finite(name, observations, q_values)])
        valid = q_values
        if mask is not None:
            valid = tf.where(mask, q_values, q_values.dtype.min)
        best = tf.argmax(valid, axis=-1, output_type=tf.int64)
        actions = served_actions(best, self._action_space, self._bins)
        return {**actions, "q_values": q_values, **found}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a made-up observation, for TensorFlow Serving's warm-up."""
        inputs = {
            name: np.ones(tuple(size or 1 for size in spec.shape), spec.dtype.name)
            for name, spec in self._signature.items()
        }
        return {"serving_default": inputs}

    def _values(self, observations):
        """Returns the outputs of a batch: values, and distributions if there are."""
        if self._distributions is None:
            return {"q_values": self._model(observations, training=False)}
        outputs = self._distributions(observations, training=False)
        mean = self._model.layers[-1]
        q_values = mean(outputs)
        if isinstance(mean, CategoricalMean):
            return {"q_values": q_values, "probabilities": tf.nn.softmax(outputs)}
        return {"q_values": q_values, "quantiles": outputs}

    def _checks(self, inputs):
        parts = spaces.named_parts(self._space)
        first, *others = self._signature
        rows = tf.shape(inputs[first])[0]
        checks = [has_rows(first, inputs[first], self._most)]
        checks += [
            has_rows_of(name, inputs[name], f"`{first}`", rows) for name in others
        ]
        for name, part in parts.items():
            checks += values_exist(name, inputs[name], part)
        if "action_mask" in inputs:
            checks.append(allows_actions(inputs["action_mask"]))
        return checks
