"""Branching head: values of the actions of several joints."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor

NO_ACTION = -1e9  # Value where a joint has fewer actions than another.


@keras.saving.register_keras_serializable(package="kerazoo")
class BranchingHead(keras.layers.Layer):
    r"""Values the actions of J joints on their own, over shared features.

    Computes one value for each action of each joint or, with `dueling`,
    \(Q_d(s, a) = V(s) + A_d(s, a) - \frac{1}{K_d} \sum_{a'} A_d(s, a')\), Equation 1 of
    [Tavakoli et al., 2018](https://arxiv.org/abs/1711.08946), with one value V of the
    state for all joints. All are linear in the features. There is one row of values for
    each joint, as long as the joint of most actions needs it.

    Args:
        num_actions: sequence of J int. Number of actions of each joint.
        dueling: bool. Shares the value of the state.

    Call arguments:
        inputs: float `(B, D)`, features of the state.

    Returns:
        float `(B, J, K)`, action values; -1e9 where a joint has no such action.

    Raises:
        ValueError: If there are no joints, one has no actions, or `inputs` is not of
            rank 2.

    Example:

    ```python
    head = BranchingHead(num_actions=(3, 5))
    q_values = head(keras.ops.ones((8, 64)))  # (8, 2, 5)
    ```
    """

    def __init__(
        self,
        num_actions: typing.Sequence[int],
        dueling: bool = False,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.num_actions = tuple(num_actions)
        if not self.num_actions or min(self.num_actions) < 1:
            raise ValueError(
                "`num_actions` must have a positive number for each joint. "
                f"Received: num_actions={num_actions}"
            )
        self.dueling = dueling
        most = max(self.num_actions)
        self._shape = (len(self.num_actions), most)
        self._exists = [[i < size for i in range(most)] for size in self.num_actions]
        units = len(self.num_actions) * most
        policy = self.dtype_policy
        if dueling:
            self.value = keras.layers.Dense(1, dtype=policy, name="value")
        self.advantage = keras.layers.Dense(units, dtype=policy, name="advantage")

    def build(self, inputs_shape):
        if len(inputs_shape) != 2:
            raise ValueError(
                "`inputs` must have shape (batch, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        if self.dueling:
            self.value.build(inputs_shape)
        self.advantage.build(inputs_shape)

    def call(self, inputs: Tensor) -> Tensor:
        q_values = ops.reshape(self.advantage(inputs), (-1, *self._shape))
        exists = ops.convert_to_tensor(self._exists, "bool")
        if self.dueling:
            chosen = ops.cast(exists, q_values.dtype)
            mean = ops.sum(q_values * chosen, axis=-1, keepdims=True)
            mean = mean / ops.sum(chosen, axis=-1, keepdims=True)
            q_values = self.value(inputs)[:, None] + q_values - mean
        return ops.where(exists, q_values, ops.full_like(q_values, NO_ACTION))

    def compute_output_shape(self, inputs_shape):
        return (inputs_shape[0], *self._shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_actions": self.num_actions,
            "dueling": self.dueling,
        }
