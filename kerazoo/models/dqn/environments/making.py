"""Environments by their names, as training has them."""

import typing
import warnings

import gymnasium

from kerazoo.models.dqn.environments import atari
from kerazoo.models.dqn.environments import car_racing
from kerazoo.models.dqn.environments import minatar
from kerazoo.models.dqn.environments.errors import CannotMakeError

# By how their names begin.
_KINDS = {"ALE/": atari, "MinAtar/": minatar, "CarRacing-": car_racing}


def make(
    env: str | typing.Callable[..., gymnasium.Env],
    frame_stack: int = 1,
    clip_rewards: bool = False,
    life_loss: bool = False,
    **env_kwargs: typing.Any,
) -> gymnasium.Env:
    """Makes an environment.

    Atari games are preprocessed by `gymnasium.wrappers.AtariPreprocessing`
    ([Machado et al., 2018](https://arxiv.org/abs/1709.06009)): an action lasts four
    frames, the brighter pixels of the last two are one observation, grey, uint8
    `(84, 84)`.

    Args:
        env: Id of a registered environment, or a function that returns one.
        frame_stack: Newest observations K given as one, `(K, ...)`, the oldest first;
            at an episode's beginning its first is repeated. 1 gives them alone.
        clip_rewards: Cuts rewards off at -1 and 1; for training, not for evaluation.
        life_loss: Ends an episode of Atari when a life is lost; for training likewise.
        **env_kwargs: Arguments of the environment. Of Atari also those of the
            preprocessing: `noop_max`, `frame_skip`, `screen_size`, `grayscale_obs`.

    Raises:
        ValueError: If its package is not installed, or an argument does not go with it.
        gymnasium.error.Error: If it cannot be made.

    Example:

    ```python
    from kerazoo.models.dqn import environments

    env = environments.make("CartPole-v1", frame_stack=2)
    env.observation_space.shape  # (2, 4)
    ```
    """
    kind = _kind_of(env)
    if life_loss and kind is not atari:
        raise CannotMakeError(
            f"`life_loss` goes with Atari games only. Received: env={env}"
        )
    if not isinstance(env, str):
        made = env(**env_kwargs)
    elif kind is atari:
        made = atari.make(env, life_loss, **env_kwargs)
    elif kind is not None:
        made = kind.make(env, **env_kwargs)
    else:
        made = make_registered(env, **env_kwargs)
    if clip_rewards:
        made = gymnasium.wrappers.ClipReward(made, -1.0, 1.0)
    if frame_stack > 1:
        if not isinstance(made.observation_space, gymnasium.spaces.Box):
            raise CannotMakeError(
                "`frame_stack` needs observations of one Box. Received: "
                f"frame_stack={frame_stack}, observation_space="
                f"{made.observation_space}"
            )
        made = gymnasium.wrappers.FrameStackObservation(made, frame_stack)
    return made


def make_registered(env: str, **env_kwargs: typing.Any) -> gymnasium.Env:
    """Makes an environment as `gymnasium.make` does, without its checker."""
    with warnings.catch_warnings():
        # A name without a version is taken for that of the newest.
        warnings.filterwarnings("ignore", message=".*Using the latest versioned")
        # The checker inspects every step; it costs as much as CartPole itself.
        return gymnasium.make(env, disable_env_checker=True, **env_kwargs)


def register(env: str) -> None:
    """Registers the environments of a package that one is named after, if it is any.

    Args:
        env: Id, such as `"MinAtar/Breakout-v1"`.

    Raises:
        ValueError: If the package is not installed.
    """
    kind = _kind_of(env)
    if kind in (atari, minatar):
        kind.register(env)


def frames_of(env: typing.Any) -> int:
    """Returns how many frames an observation needs: 4 of Atari, 1 of all else.

    Args:
        env: Id of an environment, or a function that returns one.
    """
    return 4 if _kind_of(env) is atari else 1


def _kind_of(env):
    if isinstance(env, str):
        name = env.rpartition(":")[2].lower()
        for beginning, kind in _KINDS.items():
            if name.startswith(beginning.lower()):
                return kind
    return None
