"""An episode as a moving picture."""

import typing

import numpy as np

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.evaluation import play_episodes
from kerazoo.models.dqn.video import gif_of

_MOST_PICTURES = 1_000  # Of one video: what is later is not shown.
_WIDTH = 320  # At most, about; wider pictures are thinned out.
_PICTURES_PER_SECOND = 25  # At most, about.


def record_episode(
    q_values: typing.Callable[[typing.Any], np.ndarray],
    environment: GymnasiumEnvironment,
    seed: int,
    epsilon: float = 0.0,
    pictures_per_second: float = 30,
) -> bytes:
    """Plays an episode and returns a video of it.

    Args:
        q_values: Function of observations `(N, ...)` that returns float `(N, A)`.
        environment: `GymnasiumEnvironment` of one copy, of `render_mode="rgb_array"`.
        seed: Of the episode.
        epsilon: Probability of a random action.
        pictures_per_second: Speed of the environment, a picture a step.

    Returns:
        GIF of at most 1,000 pictures, small enough for TensorBoard.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", render_mode="rgb_array")
    model = q_network(environment.observation_spec(), environment.num_actions)
    record_episode(HostNetwork(model), environment, seed=0)[:6]  # b"GIF89a"
    ```
    """
    every = max(round(pictures_per_second / _PICTURES_PER_SECOND), 1)
    pictures: list[np.ndarray] = []
    steps = 0

    def watch():
        nonlocal steps
        if steps % every == 0 and len(pictures) < _MOST_PICTURES:
            picture = np.asarray(environment.render()[0])
            stride = -(-picture.shape[1] // _WIDTH)
            pictures.append(picture[::stride, ::stride])
        steps += 1

    play_episodes(q_values, environment, [seed], epsilon, watch)
    return gif_of(pictures, pictures_per_second / every)
