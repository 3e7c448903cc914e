"""What an environment is like, found out before anything is built for it."""

import dataclasses
import re
import typing

import gymnasium
import numpy as np

from kerazoo.models.dqn import environments
from kerazoo.models.dqn.action_bins import ActionBins
from kerazoo.models.dqn.action_bins import BinnedActions
from kerazoo.models.dqn.action_spaces import FINITE
from kerazoo.models.dqn.environments.errors import CannotMakeError
from kerazoo.models.dqn.foreign_errors import describe_error

Maker = str | typing.Callable[..., gymnasium.Env]


@dataclasses.dataclass(frozen=True)
class FirstLook:
    """An environment's spaces and what it is registered with.

    Args:
        observation_space: Space of one observation, before flattening.
        action_space: Space of the actions, after they were cut into bins.
        reward_threshold: Mean return that counts as solved, or None.
        bins: Values of the bins that continuous actions were cut into, or None.
    """

    observation_space: gymnasium.Space
    action_space: gymnasium.Space
    reward_threshold: float | None
    bins: ActionBins | None = None


def first_look(
    env: Maker,
    env_kwargs: dict[str, typing.Any] | None = None,
    action_mask: bool = False,
    takes_step: bool = True,
    action_bins: int | None = None,
) -> FirstLook:
    """Makes an environment, resets it, takes a step in it, and closes it.

    Args:
        env: Id of a registered environment, or a function that returns one.
        env_kwargs: Its keyword arguments.
        action_mask: Whether valid actions are taken from `info["action_mask"]`.
        takes_step: Whether the step is taken.
        action_bins: Bins of each number of a continuous action, see `ActionBins`.

    Returns:
        `FirstLook`.

    Raises:
        ValueError: If there are not finitely many actions, observations cannot be
            flattened, are not finite or not of their space, there is no mask where one
            is asked for, or the environment fails.
        gymnasium.error.Error: If it cannot be made.

    Example:

    ```python
    from kerazoo.models.dqn.first_look import first_look

    first_look("CartPole-v1").action_space.n  # 2
    ```
    """
    name = name_of(env)
    made = _make(name, env, env_kwargs or {})
    try:
        if action_bins is not None:
            made = BinnedActions(made, action_bins)
        _check_action_space(name, made.action_space, action_mask)
        check_observation_space(made.observation_space)
        begun = _attempt(name, "cannot be reset", lambda: made.reset(seed=0))
        _check_tuple(name, "reset", begun, "observation, info")
        observation, info = begun
        _check_observation(name, made.observation_space, observation)
        if action_mask and "action_mask" not in info:
            raise ValueError(
                "`action_mask` needs an environment that reports "
                f'info["action_mask"]. Received: env={name}, which reports none'
            )
        if takes_step:
            _take_step(name, made, info if action_mask else {})
    finally:
        made.close()
    threshold = getattr(made.spec, "reward_threshold", None)
    bins = made.bins if isinstance(made, BinnedActions) else None
    return FirstLook(made.observation_space, made.action_space, threshold, bins)


def make_env(
    env: Maker, env_kwargs: dict[str, typing.Any], action_bins: int | None = None
) -> gymnasium.Env:
    """Makes an environment as training has it, see `first_look`."""
    if action_bins is not None:
        return BinnedActions(make_env(env, env_kwargs), action_bins)
    return environments.make(env, **env_kwargs)


def name_of(env: Maker) -> str:
    """Returns what an environment is called in errors."""
    return env if isinstance(env, str) else getattr(env, "__name__", repr(env))


def check_observation_space(space: gymnasium.Space) -> None:
    """Refuses observations that have no fixed size, as `Graph`, `Sequence`, `Text`.

    Raises:
        ValueError: If they have none.
    """
    if not _is_supported(space):
        raise ValueError(
            "Observations must be Box, Discrete, MultiDiscrete, MultiBinary, or a "
            f"Dict or Tuple of these. Received: observation_space={space}"
        )


def _is_supported(space):
    spaces = gymnasium.spaces
    if isinstance(space, spaces.Dict):
        return all(map(_is_supported, space.spaces.values()))
    if isinstance(space, spaces.Tuple):
        return all(map(_is_supported, space.spaces))
    return isinstance(
        space,
        spaces.Box | spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary,
    )


def _check_action_space(name, space, action_mask):
    if isinstance(space, gymnasium.spaces.Box):
        raise ValueError(
            "DQN chooses among finitely many actions, and these are continuous: cut "
            f"them into bins, for example `action_bins` of 11. Received: env={name}, "
            f"action_space={space}"
        )
    if not isinstance(space, FINITE):
        raise ValueError(
            "DQN chooses among finitely many actions: action spaces must be Discrete, "
            "MultiDiscrete, MultiBinary, or a Box that `action_bins` cuts into bins. "
            f"Received: env={name}, action_space={space}"
        )
    if action_mask and not isinstance(space, gymnasium.spaces.Discrete):
        raise ValueError(
            "`action_mask` needs Discrete actions, one choice at a time. "
            f"Received: env={name}, action_space={space}"
        )


def _make(name, env, env_kwargs):
    try:
        return _attempt(name, "cannot be made", lambda: make_env(env, env_kwargs))
    except gymnasium.error.DependencyNotInstalled as error:
        if "mujoco" in str(error).lower():
            raise ValueError(
                f"The environment {name} needs MuJoCo, which is not installed: "
                "pip install 'kerazoo[robots]', in a clone pip install '.[robots]'."
            ) from error
        raise ValueError(
            f"The environment needs a package: {error}. Received: env={name}"
        ) from error
    except ValueError as error:
        unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
        if unknown and unknown[1] in env_kwargs:
            given = {unknown[1]: env_kwargs[unknown[1]]}
            raise ValueError(
                f"The environment {name} takes no {unknown[1]}: name others by "
                f"`env_kwargs`. Received: env_kwargs={given}"
            ) from error
        raise


def _attempt(name, what, act):
    try:
        return act()
    except (gymnasium.error.Error, MemoryError, CannotMakeError):  # They say why.
        raise
    except Exception as error:  # Whatever the code of others raises.
        raise ValueError(
            f"The environment {what}: {describe_error(error)}. Received: env={name}"
        ) from error


def _take_step(name, made, info):
    action = _first_action(made.action_space, info)
    step = _attempt(name, "fails at its first step", lambda: made.step(action))
    _check_tuple(name, "step", step, "observation, reward, terminated, truncated, info")


def _check_tuple(name, method, returned, expected):
    """Refuses what environments returned before gymnasium."""
    is_tuple = isinstance(returned, tuple) and isinstance(returned[-1], dict)
    if not is_tuple or len(returned) != expected.count(",") + 1:
        raise ValueError(
            f"The environment's {method} must return {expected}, the last a dict. "
            f"Received: env={name}, {method}() of {type(returned).__name__}"
        )


def _check_observation(name, space, observation):
    if not isinstance(space, gymnasium.spaces.Box):
        return
    values = np.asarray(observation)
    if values.shape != space.shape:
        raise ValueError(
            f"The first observation must be of shape {space.shape}, as "
            f"observation_space says. Received: env={name}, shape={values.shape}"
        )
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        raise ValueError(
            "The first observation must be finite. "
            f"Received: env={name}, observation={values.ravel()[:10].tolist()}"
        )


def _first_action(space, info):
    """Returns the first valid action."""
    if not isinstance(space, gymnasium.spaces.Discrete):
        return np.zeros(space.shape, space.dtype) + getattr(space, "start", 0)
    if "action_mask" not in info:
        return space.start
    return space.start + int(np.argmax(info["action_mask"]))
