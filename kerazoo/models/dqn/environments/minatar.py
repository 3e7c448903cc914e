"""The five small games of MinAtar, `"MinAtar/Breakout-v1"`."""

import importlib
import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn.environments.packages import extra

_CELL = 24  # Pixels of a picture to a cell of the game.


class _Pictures(gymnasium.Wrapper):
    """Draws a game as uint8 pixels, large enough to see."""

    def render(self):
        cells = np.asarray(self.env.render()) * 255
        cells = cells.astype(np.uint8)
        return cells.repeat(_CELL, axis=0).repeat(_CELL, axis=1)


def register(env: str) -> None:
    """Registers all games: v1 has the actions that do something, v0 all six.

    Args:
        env: Id of the game that is needed.

    Raises:
        ValueError: If MinAtar is not installed.
    """
    with extra("minatar", env):
        minatar_gym = importlib.import_module("minatar.gym")
    if "MinAtar/Breakout-v1" not in gymnasium.registry:
        minatar_gym.register_envs()


def make(env: str, **kwargs: typing.Any) -> gymnasium.Env:
    """Makes a game; its observations are bool `(10, 10, C)`.

    Args:
        env: Id of the game.
        **kwargs: Its arguments, such as `sticky_action_prob=0.0`.

    Raises:
        ValueError: If MinAtar is not installed.
    """
    register(env)
    made = gymnasium.make(env, disable_env_checker=True, **kwargs)
    return _Pictures(made) if kwargs.get("render_mode") == "rgb_array" else made
