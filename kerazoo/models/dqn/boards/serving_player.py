"""A network trained on a board game as a policy to serve."""

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.boards.board_environment import BoardEnvironment
from kerazoo.models.dqn.serving_policy import ServingPolicy
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import in_range


class ServingPlayer(ServingPolicy):
    """Serves moves of a board game.

    `act` takes `observation` `(B, H, W, C)`, the planes that the player to move sees,
    see `BoardGame`, and `action_mask` bool `(B, A)`, True where a move is valid. It
    returns `action` int64 `(B,)`, the valid move of the highest value, and `q_values`
    float32 `(B, A)`, from -1, lost, to 1, won.

    Args:
        model: Keras model of planes to float `(B, A)`, outside of any strategy.
        environment: `BoardEnvironment` that the model was trained on.
        limits: What a request may ask for. Default: `Limits()`.

    Example:

    ```python
    environment = BoardEnvironment("tic_tac_toe")
    model = q_network(environment.observation_spec()["observation"], 9)
    serving = ServingPlayer(model, environment)
    planes, mask = environment.game.observe(environment.game.new_state())
    policy = serving.endpoints["serving_default"]
    policy(observation=planes[None], action_mask=mask[None])["action"]
    ```
    """

    def __init__(
        self,
        model: keras.Model,
        environment: BoardEnvironment,
        limits: Limits | None = None,
    ):
        super().__init__(model, environment, limits)
        self._example = environment.game.observe(environment.game.new_state())

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns the first position of a game."""
        planes, mask = self._example
        inputs = {"observation": planes[None], "action_mask": mask[None]}
        return {"serving_default": inputs}

    def _checks(self, inputs):
        checks = super()._checks(inputs)
        if inputs["observation"].dtype == tf.uint8:
            checks.append(in_range("observation", inputs["observation"], 0, 1))
        return checks
