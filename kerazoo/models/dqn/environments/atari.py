"""Atari 2600 games of the Arcade Learning Environment, `"ALE/Pong-v5"`."""

import importlib
import typing

import gymnasium

from kerazoo.models.dqn.environments.errors import CannotMakeError
from kerazoo.models.dqn.environments.packages import extra

_PREPROCESSING = {"noop_max", "frame_skip", "screen_size", "grayscale_obs"}


def register(env: str) -> None:
    """Registers all games.

    Args:
        env: Id of the game that is needed.

    Raises:
        ValueError: If ale-py is not installed.
    """
    with extra("atari", env):
        ale_py = importlib.import_module("ale_py")
    # Its banner goes to the terminal otherwise.
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    gymnasium.register_envs(ale_py)


def make(env: str, life_loss: bool = False, **kwargs: typing.Any) -> gymnasium.Env:
    """Makes a game, preprocessed.

    Args:
        env: Id of the game.
        life_loss: Ends an episode when a life is lost.
        **kwargs: Arguments of `gymnasium.wrappers.AtariPreprocessing` or of the game,
            such as `full_action_space=True`, `repeat_action_probability=0.0`.

    Raises:
        ValueError: If a package is missing or arguments contradict each other.
    """
    register(env)
    with extra("atari", env):
        importlib.import_module("cv2")  # What the preprocessing resizes with.
    if "frameskip" in kwargs:
        raise CannotMakeError(
            "`frameskip` of a game is 1 here, since its preprocessing skips frames: "
            f"set `frame_skip`. Received: frameskip={kwargs['frameskip']}"
        )
    preprocessing = {name: kwargs.pop(name) for name in _PREPROCESSING & kwargs.keys()}
    is_grey = preprocessing.get("grayscale_obs", True)
    made = gymnasium.make(
        env,
        disable_env_checker=True,
        frameskip=1,
        obs_type="grayscale" if is_grey else "rgb",
        **kwargs,
    )
    return gymnasium.wrappers.AtariPreprocessing(
        made, terminal_on_life_loss=life_loss, **preprocessing
    )
