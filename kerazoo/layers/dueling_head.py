"""Dueling head: action values from a state value and advantages."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class DuelingHead(keras.layers.Layer):
    r"""Combines the value of a state with the advantages of its actions.

    Computes \(Q(s, a) = V(s) + A(s, a) - \frac{1}{A} \sum_{a'} A(s, a')\),
    Equation 9 of [Wang et al., 2016](https://arxiv.org/abs/1511.06581), with V and A
    linear in the features, or each behind a hidden layer of its own.

    Args:
        num_actions: int. Number of actions A.
        hidden_units: int or None. Width of a ReLU layer in each of the two streams;
            None for linear streams.

    Call arguments:
        inputs: float `(B, D)`, features of the state.

    Returns:
        float `(B, A)`, action values.

    Raises:
        ValueError: If `num_actions` is not positive, or `inputs` is not of rank 2.

    Example:

    ```python
    head = DuelingHead(num_actions=3)
    q_values = head(keras.ops.ones((8, 64)))  # (8, 3)
    ```
    """

    def __init__(
        self, num_actions: int, hidden_units: int | None = None, **kwargs: typing.Any
    ):
        super().__init__(**kwargs)
        if num_actions < 1:
            raise ValueError(
                f"`num_actions` must be positive. Received: num_actions={num_actions}"
            )
        self.num_actions = num_actions
        self.hidden_units = hidden_units

    def build(self, inputs_shape):
        if len(inputs_shape) != 2:
            raise ValueError(
                "`inputs` must have shape (batch, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        self.value = self._stream(1, inputs_shape, "value")
        self.advantage = self._stream(self.num_actions, inputs_shape, "advantage")

    def call(self, inputs: Tensor) -> Tensor:
        value, advantage = inputs, inputs
        for layer in self.value:
            value = layer(value)
        for layer in self.advantage:
            advantage = layer(advantage)
        return value + advantage - ops.mean(advantage, axis=-1, keepdims=True)

    def compute_output_shape(self, inputs_shape):
        return (inputs_shape[0], self.num_actions)

    def get_config(self):
        return {
            **super().get_config(),
            "num_actions": self.num_actions,
            "hidden_units": self.hidden_units,
        }

    def _stream(self, units, shape, name):
        layers = []
        if self.hidden_units:
            layers.append(
                keras.layers.Dense(
                    self.hidden_units,
                    activation="relu",
                    dtype=self.dtype_policy,
                    name=f"{name}_hidden",
                )
            )
        layers.append(keras.layers.Dense(units, dtype=self.dtype_policy, name=name))
        for layer in layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        return layers
