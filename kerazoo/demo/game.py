"""One episode of an environment, step by step."""

import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn.drawing import picture_of
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.spaces import raw_inputs


class Game:
    """An episode that a policy plays, one step at a time.

    Args:
        env: Environment of `render_mode="rgb_array"`, or of none.
        seed: Of the episode.

    Attributes:
        steps: How many were taken.
        total: Undiscounted return so far.
        is_over: Whether the episode has ended.

    Raises:
        EnvironmentFailure: If the environment raises an error.

    Example:

    ```python
    game = Game(gymnasium.make("CartPole-v1"), seed=0)
    game.step(0)
    game.total  # 1.0
    ```
    """

    def __init__(self, env: gymnasium.Env, seed: int):
        self.env = env
        self.steps, self.total, self.is_over = 0, 0.0, False
        self._name = getattr(env.spec, "id", type(env.unwrapped).__name__)
        self._observation, self._info = self._attempt(
            "reset", lambda: env.reset(seed=seed)
        )

    def item(self, names: typing.Collection[str]) -> dict[str, np.ndarray]:
        """Returns what the environment shows, as a policy takes it.

        Args:
            names: What the policy takes.
        """
        inputs = raw_inputs(self.env.observation_space, self._observation)
        item = {name: array[0] for name, array in inputs.items()}
        if "action_mask" in names:
            item["action_mask"] = np.asarray(self._info["action_mask"], bool)
        return item

    def step(self, action: int | np.ndarray) -> None:
        """Takes an action, as the environment takes it.

        Raises:
            EnvironmentFailure: If the environment raises an error.
        """
        self.steps += 1
        found = self._attempt(f"step {self.steps}", lambda: self.env.step(action))
        self._observation, reward, terminated, truncated, self._info = found
        self.total += float(reward)
        self.is_over = bool(terminated or truncated)

    def picture(self) -> np.ndarray | None:
        """Returns what it looks like, uint8 `(H, W, 3)`; None if it draws nothing."""
        return self._attempt("render", lambda: picture_of(self.env))

    def close(self) -> None:
        """Lets go of the environment."""
        self.env.close()

    def _attempt(self, what, act):
        try:
            return act()
        except Exception as error:  # Whatever the code of others raises.
            doing = f"The environment {self._name} failed at {what}"
            raise EnvironmentFailure(doing, error) from error
