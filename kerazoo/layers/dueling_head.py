"""Dueling head: action values from a state value and advantages."""

import typing

import keras
from keras import ops

from kerazoo.layers.noisy_dense import NoisyDense
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class DuelingHead(keras.layers.Layer):
    r"""Combines the value of a state with the advantages of its actions.

    Computes \(Q(s, a) = V(s) + A(s, a) - \frac{1}{A} \sum_{a'} A(s, a')\),
    Equation 9 of [Wang et al., 2016](https://arxiv.org/abs/1511.06581), with V and A
    linear in the features, or each behind a hidden layer of its own. Of a distribution
    of returns each atom is so combined, as in
    [Hessel et al., 2018](https://arxiv.org/abs/1710.02298).

    Args:
        num_actions: int. Number of actions A.
        hidden_units: int or None. Width of a ReLU layer in each of the two streams;
            None for linear streams.
        num_atoms: int or None. Outputs Z of each action; None for its value alone.
        noisy: bool. Both streams are of `NoisyDense`.
        seed: int or None. Seed of the noisy layers.

    Call arguments:
        inputs: float `(..., D)`, features of the state.
        training: bool. Whether noisy layers are noisy.

    Returns:
        float `(..., A)`, action values, or `(..., A, Z)` with `num_atoms`.

    Raises:
        ValueError: If `num_actions` or `num_atoms` is not positive, or `inputs` has no
            batch dimension.

    Example:

    ```python
    head = DuelingHead(num_actions=3)
    q_values = head(keras.ops.ones((8, 64)))  # (8, 3)
    ```
    """

    def __init__(
        self,
        num_actions: int,
        hidden_units: int | None = None,
        num_atoms: int | None = None,
        noisy: bool = False,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if num_actions < 1:
            raise ValueError(
                f"`num_actions` must be positive. Received: num_actions={num_actions}"
            )
        if num_atoms is not None and num_atoms < 1:
            raise ValueError(
                f"`num_atoms` must be positive. Received: num_atoms={num_atoms}"
            )
        self.num_actions = num_actions
        self.hidden_units = hidden_units
        self.num_atoms = num_atoms
        self.noisy = noisy
        self.seed = seed

    def build(self, inputs_shape):
        if len(inputs_shape) < 2:
            raise ValueError(
                "`inputs` must have shape (batch, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        atoms = self.num_atoms or 1
        units = self.num_actions * atoms
        self.value = self._stream(atoms, inputs_shape, "value", 0)
        self.advantage = self._stream(units, inputs_shape, "advantage", 4)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        value, advantage = inputs, inputs
        options = {"training": training} if self.noisy else {}
        for layer in self.value:
            value = layer(value, **options)
        for layer in self.advantage:
            advantage = layer(advantage, **options)
        if self.num_atoms is None:
            return value + advantage - ops.mean(advantage, axis=-1, keepdims=True)
        shape = (*ops.shape(advantage)[:-1], self.num_actions, self.num_atoms)
        advantage = ops.reshape(advantage, shape)
        value = ops.expand_dims(value, -2)
        return value + advantage - ops.mean(advantage, axis=-2, keepdims=True)

    def compute_output_shape(self, inputs_shape):
        atoms = () if self.num_atoms is None else (self.num_atoms,)
        return (*inputs_shape[:-1], self.num_actions, *atoms)

    def get_config(self):
        return {
            **super().get_config(),
            "num_actions": self.num_actions,
            "hidden_units": self.hidden_units,
            "num_atoms": self.num_atoms,
            "noisy": self.noisy,
            "seed": self.seed,
        }

    def _stream(self, units, shape, name, seed):
        layers = []
        if self.hidden_units:
            hidden = self._dense(self.hidden_units, f"{name}_hidden", seed, "relu")
            layers.append(hidden)
        layers.append(self._dense(units, name, seed + 2))
        for layer in layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        return layers

    def _dense(self, units, name, seed, activation=None):
        options = {"activation": activation, "dtype": self.dtype_policy, "name": name}
        if not self.noisy:
            return keras.layers.Dense(units, **options)
        seed = None if self.seed is None else self.seed + seed
        return NoisyDense(units, seed=seed, **options)
