"""Action values of an exported player."""

import typing

import numpy as np
import tensorflow as tf


class ExportedValues:
    """Asks an exported player what moves are worth, as `Search` wants it.

    Args:
        policy: Signature of an export, see `ServingPlayer`.
        num_actions: Number of actions A.
        most: Positions of a request.

    Call arguments:
        planes: `(N, H, W, C)`.

    Returns:
        float32 array `(N, A)`.

    Example:

    ```python
    environment = BoardEnvironment("tic_tac_toe")
    model = q_network(environment.observation_spec()["observation"], 9)
    policy = ServingPlayer(model, environment).endpoints["serving_default"]
    values = ExportedValues(policy, num_actions=9)
    GreedyPlayer(Search(environment.game, values, depth=3))
    ```
    """

    def __init__(self, policy: typing.Any, num_actions: int, most: int = 256):
        self._policy = policy
        self._num_actions = num_actions
        self._most = most

    def __call__(self, planes: np.ndarray) -> np.ndarray:
        parts = [
            self._ask(planes[first : first + self._most])
            for first in range(0, len(planes), self._most)
        ]
        return np.concatenate(parts)

    def _ask(self, planes):
        mask = np.ones((len(planes), self._num_actions), bool)
        answer = self._policy(
            observation=tf.constant(planes), action_mask=tf.constant(mask)
        )
        return answer["q_values"].numpy()
