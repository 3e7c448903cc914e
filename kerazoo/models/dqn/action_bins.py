"""Continuous actions cut into bins, so that there are finitely many."""

import gymnasium
import numpy as np
from gymnasium import spaces


class ActionBins:
    r"""Evenly spaced values for each number of a continuous action.

    Bin b of K stands for \(low + b \, (high - low) / (K - 1)\): the first and the last
    are the bounds themselves. An action of one number is one choice of K; one of J
    numbers, such as the torques of J joints, is J choices, one for each.

    Args:
        space: `Box` of floats with finite bounds, the continuous actions.
        count: Bins K of each number, at least 2.

    Attributes:
        space: `Discrete(K)` for one number, else `MultiDiscrete` of J times K.
        values: array `(J, K)` of the dtype of the continuous actions.
        shape: tuple of int. Shape of a continuous action.

    Raises:
        ValueError: If the actions are not such, or there are fewer than two bins.

    Example:

    ```python
    import gymnasium

    bins = ActionBins(gymnasium.spaces.Box(-2.0, 2.0, (1,)), count=5)
    bins.values[0].tolist()  # [-2.0, -1.0, 0.0, 1.0, 2.0]
    bins.action(4)  # [2.0]
    ```
    """

    def __init__(self, space: gymnasium.Space, count: int):
        if count < 2:
            raise ValueError(
                f"`action_bins` must be at least 2. Received: action_bins={count}"
            )
        if not isinstance(space, spaces.Box):
            raise ValueError(
                "`action_bins` cuts actions of a Box into bins, and these are finitely "
                "many already: leave it out. "
                f"Received: action_bins={count}, action_space={space}"
            )
        if not np.issubdtype(space.dtype, np.floating) or not space.is_bounded():
            raise ValueError(
                "`action_bins` needs actions of floats between finite bounds. "
                f"Received: action_bins={count}, action_space={space}"
            )
        low, high = space.low.ravel(), space.high.ravel()
        self.values = np.linspace(low, high, count, axis=-1).astype(space.dtype)
        self.shape = space.shape
        joints = len(low)
        self.space = (
            spaces.Discrete(count)
            if joints == 1
            else spaces.MultiDiscrete(np.full(joints, count))
        )

    def action(self, bins: np.ndarray | int) -> np.ndarray:
        """Returns the continuous action of a bin for each number.

        Args:
            bins: int `(J,)`, or an int if J is 1.
        """
        chosen = self.values[np.arange(len(self.values)), bins]
        return chosen.reshape(self.shape)


class BinnedActions(gymnasium.ActionWrapper):
    """Lets an environment of continuous actions be acted in by bins.

    Args:
        env: `gymnasium.Env` whose actions are a bounded `Box`.
        count: Bins of each number of an action, see `ActionBins`.

    Attributes:
        bins: `ActionBins`.

    Raises:
        ValueError: If its actions are not such.

    Example:

    ```python
    import gymnasium

    from kerazoo.models.dqn.action_bins import BinnedActions

    env = BinnedActions(gymnasium.make("Pendulum-v1"), count=11)
    env.action_space  # Discrete(11)
    ```
    """

    def __init__(self, env: gymnasium.Env, count: int):
        super().__init__(env)
        self.bins = ActionBins(env.action_space, count)
        self.action_space = self.bins.space

    def action(self, action):
        return self.bins.action(action)
