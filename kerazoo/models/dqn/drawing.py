"""What environments look like."""

import os
import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn.first_look import Maker
from kerazoo.models.dqn.first_look import make_env
from kerazoo.models.dqn.first_look import name_of
from kerazoo.models.dqn.foreign_errors import describe_error

DRAWING = {"render_mode": "rgb_array"}  # Keyword argument of one that draws itself.
_PICTURES_PER_SECOND = 30


def picture_of(env: gymnasium.Env) -> np.ndarray | None:
    """Returns what an environment looks like, or None where it draws nothing.

    Args:
        env: `gymnasium.Env`, of `render_mode="rgb_array"` if it is to draw.

    Returns:
        uint8 `(H, W, 3)`, or None.

    Example:

    ```python
    import gymnasium

    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset()
    picture_of(env).shape  # (400, 600, 3)
    ```
    """
    try:
        found: typing.Any = env.render()
    except NotImplementedError:
        return None
    return np.asarray(found) if np.ndim(found) == 3 else None


def draw_without_display() -> None:
    """Lets environments draw where there is no screen."""
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")


def check_drawing(env: Maker, env_kwargs: dict[str, typing.Any] | None = None) -> float:
    """Refuses an environment that draws no pictures.

    Args:
        env: Id of a registered environment, or a function that returns one.
        env_kwargs: Its keyword arguments.

    Returns:
        Pictures per second that it is to be shown with.

    Raises:
        ValueError: If it draws none.

    Example:

    ```python
    from kerazoo.models.dqn.drawing import check_drawing

    check_drawing("CartPole-v1")  # 50
    ```
    """
    draw_without_display()
    try:
        made = make_env(env, {**(env_kwargs or {}), **DRAWING})
        try:
            made.reset(seed=0)
            picture = picture_of(made)
        finally:
            made.close()
    except Exception as error:  # Whatever the code of others raises.
        raise ValueError(_nothing(env, f": {describe_error(error)}")) from error
    if picture is None:
        raise ValueError(_nothing(env, ""))
    return made.metadata.get("render_fps") or _PICTURES_PER_SECOND


def _nothing(env, reason):
    return (
        f"Videos need an environment that draws itself: its `render` must return uint8 "
        f"(H, W, 3) with render_mode='rgb_array'. Received: env={name_of(env)}, which "
        f"draws nothing{reason}"
    )
