"""The average policy of a card game as a policy to serve."""

import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.cards.game_tree import GameTree
from kerazoo.models.dqn.observation_checks import allows_actions
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace


class ServingAveragePolicy:
    """Serves a policy that mixes its actions, as one must where cards are hidden.

    `act` takes `observation` float32 `(B, F)`, what the player to move knows
    (OpenSpiel's `information_state_tensor`); `action_mask` bool `(B, A)`, True where an
    action is valid; and `draw` float32 `(B,)`, a random number of at least 0 and less
    than 1 for each row, by which its action is drawn. It returns `action` int64 `(B,)`,
    `probabilities` float32 `(B, A)` of the average policy, and `q_values` float32
    `(B, A)`, what the last best response expects of each action.

    Args:
        model: Keras model of `(B, F)` to a dict of `logits` and `q_values`, float
            `(B, A)`, outside of any strategy.
        tree: `GameTree` of the game that it was trained on.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.models.dqn.cards.average_policy import both_networks

    networks = [q_network(tree.observation_spec()["observation"], 2) for _ in range(2)]
    serving = ServingAveragePolicy(both_networks(*networks), tree)
    policy = serving.endpoints["serving_default"]
    first = {"observation": tree.tensors[:1], "action_mask": tree.masks[:1]}
    policy(**first, draw=np.float32([0.7]))["action"]
    ```
    """

    def __init__(
        self, model: keras.Model, tree: GameTree, limits: Limits | None = None
    ):
        self.module = tf.Module(name="serving_average_policy")
        self.module.weights = [variable.value for variable in model.variables]
        self._model = model
        self._tree = tree
        self._most = (limits or Limits()).max_examples

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `act`."""
        signature = {
            "observation": tf.TensorSpec((None, self._tree.tensors.shape[1])),
            "action_mask": tf.TensorSpec((None, self._tree.num_actions), tf.bool),
            "draw": tf.TensorSpec((None,)),
        }
        return {"serving_default": trace(self.act, **signature)}

    def act(
        self, observation: tf.Tensor, action_mask: tf.Tensor, draw: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns drawn actions, the probabilities they were drawn by, and values."""
        rows = tf.shape(observation)[0]
        checks = [
            has_rows("observation", observation, self._most),
            has_rows_of("action_mask", action_mask, "`observation`", rows),
            has_rows_of("draw", draw, "`observation`", rows),
            is_finite("observation", observation),
            allows_actions(action_mask),
            all_fit("draw", draw, (draw >= 0) & (draw < 1), "be from 0 to below 1"),
        ]
        given = checked((observation, action_mask, draw), checks)
        observation, action_mask, draw = given
        found = self._model(observation, training=False)
        output = tf.concat([found["logits"], found["q_values"]], axis=1)
        output = checked(output, [gives_finite("observation", observation, output)])
        logits, q_values = tf.split(output, 2, axis=1)
        logits = tf.where(action_mask, logits, -np.inf)
        probabilities = tf.nn.softmax(logits)
        passed = draw[:, None] >= tf.cumsum(probabilities, axis=1)
        # The last valid action takes what rounding leaves.
        valid = tf.cast(action_mask, tf.int32)
        follows = tf.cumsum(valid, axis=1, exclusive=True, reverse=True) > 0
        action = tf.reduce_sum(tf.cast(passed & follows, tf.int64), axis=1)
        return {
            "action": action,
            "probabilities": probabilities,
            "q_values": q_values,
        }

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns what the first player knows at the beginning, of the first cards."""
        inputs = {
            "observation": self._tree.tensors[:1],
            "action_mask": self._tree.masks[:1],
            "draw": np.array([0.5], np.float32),
        }
        return {"serving_default": inputs}
