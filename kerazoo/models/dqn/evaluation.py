"""Evaluation of a policy by the returns of whole episodes."""

import typing

import numpy as np
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn import actor
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.progress import track

MAX_EPISODE_STEPS = 27_000  # 30 minutes of Atari, as in Mnih et al., 2015.


def evaluate(
    q_values: typing.Callable[[typing.Any], np.ndarray],
    environment: GymnasiumEnvironment,
    seeds: typing.Sequence[int],
) -> np.ndarray:
    """Plays one greedy episode per seed.

    Every seed counts exactly once: no episode is left out because it takes long. One
    that has no end of its own is cut off after `MAX_EPISODE_STEPS`.

    Args:
        q_values: Function of observations `(N, ...)` that returns float `(N, A)`.
        environment: `GymnasiumEnvironment` of N copies.
        seeds: One per episode.

    Returns:
        float array of the undiscounted returns, in the order of the seeds.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=10)
    model = q_network(environment.observation_spec(), environment.num_actions)
    evaluate(HostNetwork(model), environment, range(10)).mean()
    ```
    """
    returns = []
    count = environment.batch_size
    firsts = range(0, len(seeds), count)
    for first in track(firsts, "Episodes", len(seeds), "episodes", lambda _: count):
        chunk = list(seeds[first : first + count])
        environment.seed(chunk + chunk[:1] * (count - len(chunk)))
        returns.extend(_play(q_values, environment)[: len(chunk)])
    return np.array(returns)


def _play(q_values, environment):
    time_step = environment.reset()
    totals = np.zeros(environment.batch_size)
    running = np.ones(environment.batch_size, bool)
    for _ in range(MAX_EPISODE_STEPS):
        if not running.any():
            break
        observation, mask = actor.split_action_mask(time_step.observation)
        action = actor.greedy_action(q_values(observation), mask)
        time_step = environment.step(action)
        totals += running * time_step.reward
        running &= time_step.step_type != ts.StepType.LAST
    return totals
