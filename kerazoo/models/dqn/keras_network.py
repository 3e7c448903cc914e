"""The bridge: a Keras 3 model as a TF-Agents network."""

import typing

import keras
import tensorflow as tf
from tf_agents.networks import network


class KerasNetwork(network.Network):
    """Lets any Keras 3 model be the network of a TF-Agents agent or policy.

    TF-Agents networks are layers of Keras 2. This one owns a Keras 3 model,
    shows its weights to TF-Agents as plain `tf.Variable`s, and builds a second,
    independent model when TF-Agents asks for a copy (the target network).
    Checkpoints, `policy.variables()`, target updates, regularization losses and
    `tf.distribute` then work as for TF-Agents' own networks.

    Args:
        input_tensor_spec: Nest of `tf.TypeSpec`, one observation without its batch
            dimension.
        model: `keras.Model` of a batch of observations, or a function without
            arguments that returns one. A model is copied through its `get_config`;
            pass a function where that is not complete.
        name: Name of the network.

    Call arguments:
        observation: Nest of tensors `(B, ...)` that matches `input_tensor_spec`.
        step_type: Ignored; every step is treated alike.
        network_state: Passed through unchanged.
        training: bool. Passed to the model.

    Returns:
        The pair of the model's output, for a Q-network float `(B, A)`, and
        `network_state`.

    Raises:
        TypeError: If `model` is neither a `keras.Model` nor a function returning one.

    Example:

    ```python
    spec = tf.TensorSpec((4,), tf.float32)
    network = KerasNetwork(spec, keras.Sequential([keras.layers.Dense(2)]))
    q_values, _ = network(tf.zeros((8, 4)))  # (8, 2)
    ```
    """

    def __init__(
        self,
        input_tensor_spec: typing.Any,
        model: keras.Model | typing.Callable[[], keras.Model],
        name: str = "KerasNetwork",
    ):
        super().__init__(input_tensor_spec=input_tensor_spec, name=name)
        self._keras_model = model if isinstance(model, keras.Model) else _call(model)
        self.create_variables(training=False)
        # Keras 2 finds no weights in a Keras 3 model, but does in a list of them;
        # `kerazoo.load` knows them in a checkpoint by this name.
        self._model_variables = self.variables

    @property
    def keras_model(self) -> keras.Model:
        """The Keras 3 model itself."""
        return self._keras_model

    @property
    def losses(self) -> list[tf.Tensor]:
        return self._keras_model.losses

    @property
    def variables(self) -> list[tf.Variable]:
        return [v.value for v in self._keras_model.weights]  # No states of seeds.

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        return [v.value for v in self._keras_model.trainable_variables]

    @property
    def non_trainable_variables(self) -> list[tf.Variable]:
        return [v.value for v in self._keras_model.non_trainable_variables]

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables

    def call(
        self,
        observation: typing.Any,
        step_type: typing.Any = None,
        network_state: typing.Any = (),
        training: bool = False,
    ) -> tuple[typing.Any, typing.Any]:
        del step_type
        return self._keras_model(observation, training=training), network_state

    def copy(self, **kwargs: typing.Any) -> "KerasNetwork":
        """Builds the same network with new weights, as TF-Agents expects."""
        model = kwargs.pop("model", self._saved_kwargs["model"])
        if isinstance(model, keras.Model):
            model = type(model).from_config(model.get_config())
        return super().copy(model=model, **kwargs)


def _call(function):
    model = function() if callable(function) else function
    if not isinstance(model, keras.Model):
        raise TypeError(
            "`model` must be a keras.Model or a function that returns one. "
            f"Received: model={function!r}"
        )
    return model
