"""A system that is known by its logs alone."""

import typing

import gymnasium
import numpy as np
from gymnasium import spaces

from kerazoo.models.dqn.logged_data.specs import TransitionSpecs


class Unplayable(gymnasium.Env):
    """Has the spaces of logged transitions, and cannot be stepped.

    Args:
        specs: `TransitionSpecs` of the transitions.

    Example:

    ```python
    from kerazoo.models.dqn.logged_data import TransitionSpecs
    from kerazoo.models.dqn.logged_data import Unplayable

    Unplayable(TransitionSpecs((4,), "float32", 2)).action_space  # Discrete(2)
    ```
    """

    def __init__(self, specs: TransitionSpecs):
        actions = specs.num_actions
        self.action_space: gymnasium.Space
        if isinstance(actions, tuple):
            self.action_space = spaces.MultiDiscrete(list(actions))
        else:
            self.action_space = spaces.Discrete(actions)
        dtype = np.dtype(specs.observation_dtype)
        low, high = -np.inf, np.inf
        if dtype.kind in "iu":
            low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        self.observation_space = spaces.Box(low, high, specs.observation_shape, dtype)
        self._nothing = np.zeros(specs.observation_shape, dtype)
        self._num_actions = np.max(actions) if specs.action_mask else None

    def reset(
        self, *, seed: int | None = None, options: dict[str, typing.Any] | None = None
    ) -> tuple[np.ndarray, dict[str, typing.Any]]:
        super().reset(seed=seed)
        info = {}
        if self._num_actions is not None:
            info["action_mask"] = np.ones(self._num_actions, np.int8)
        return self._nothing, info

    def step(self, action: typing.Any) -> typing.NoReturn:
        raise NotImplementedError("there are logs of it alone, it cannot be played")
