"""Spaces of finitely many actions: one choice, or one for each of several joints."""

import gymnasium
import numpy as np
from gymnasium import spaces

FINITE = (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)


def joint_sizes(space: gymnasium.Space) -> tuple[int, ...] | None:
    """Returns how many actions each joint has, or None where actions are one choice.

    Args:
        space: `Discrete`, or `MultiDiscrete` or `MultiBinary` of J choices at once.

    Example:

    ```python
    import gymnasium

    from kerazoo.models.dqn.action_spaces import joint_sizes

    joint_sizes(gymnasium.spaces.MultiDiscrete([3, 5]))  # (3, 5)
    joint_sizes(gymnasium.spaces.Discrete(4))  # None
    ```
    """
    if isinstance(space, spaces.MultiDiscrete):
        return tuple(int(size) for size in space.nvec.ravel())
    if isinstance(space, spaces.MultiBinary):
        return (2,) * int(np.prod(space.shape))
    return None


def first_action(space: gymnasium.Space) -> int | list[int]:
    """Returns the number of the first action, or of that of each joint.

    Args:
        space: See `joint_sizes`.
    """
    sizes = joint_sizes(space)
    if sizes is None:
        return int(space.start)  # type: ignore[attr-defined]
    start = getattr(space, "start", np.zeros(len(sizes), int))
    return np.ravel(start).tolist()


def raw_actions(space: gymnasium.Space, actions: np.ndarray) -> np.ndarray:
    """Returns actions counted from 0 as an environment numbers and shapes them.

    Args:
        space: See `joint_sizes`.
        actions: int `(N,)` or `(N, J)`.
    """
    if isinstance(space, spaces.Discrete):
        return actions + space.start
    shaped = np.reshape(actions, (len(actions), *(space.shape or ())))
    return shaped + getattr(space, "start", 0)
