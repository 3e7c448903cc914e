"""gymnasium's drive along a track, `"CarRacing-v3"`, from its pictures."""

import typing

import gymnasium

from kerazoo.models.dqn.environments.errors import CannotMakeError


def make(
    env: str,
    frame_skip: int = 1,
    grayscale_obs: bool = False,
    **kwargs: typing.Any,
) -> gymnasium.Env:
    """Makes the environment, uint8 `(96, 96, 3)`, or `(96, 96)` of one grey.

    Args:
        env: Id of the environment.
        frame_skip: Frames that an action lasts; the brighter pixels of the last two are
            the observation.
        grayscale_obs: Makes observations grey.
        **kwargs: Its arguments, such as `continuous=False` for five actions: nothing,
            right, left, gas, brake.

    Raises:
        ValueError: If `frame_skip` is not positive.

    Example:

    ```python
    from kerazoo.models.dqn.environments import car_racing

    env = car_racing.make("CarRacing-v3", 4, True, continuous=False)
    env.observation_space.shape  # (96, 96)
    ```
    """
    if frame_skip < 1:
        raise CannotMakeError(
            f"`frame_skip` must be positive. Received: frame_skip={frame_skip}"
        )
    made = gymnasium.make(env, disable_env_checker=True, **kwargs)
    if frame_skip > 1:
        made = gymnasium.wrappers.MaxAndSkipObservation(made, frame_skip)
    if grayscale_obs:
        made = gymnasium.wrappers.GrayscaleObservation(made)
    return made
