"""Evaluation of a policy by the returns of whole episodes."""

import typing

import numpy as np
from tf_agents.trajectories import time_step as ts

from kerazoo.models.dqn import actor
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.progress import track

MAX_EPISODE_STEPS = 27_000  # 30 minutes of Atari, as in Mnih et al., 2015.


class Episodes(typing.NamedTuple):
    """What came of episodes.

    Attributes:
        returns: float `(E,)`. Undiscounted returns.
        lengths: int `(E,)`. Environment steps.
    """

    returns: np.ndarray
    lengths: np.ndarray


def evaluate(
    q_values: typing.Callable[[typing.Any], np.ndarray],
    environment: GymnasiumEnvironment,
    seeds: typing.Sequence[int],
    epsilon: float = 0.0,
) -> np.ndarray:
    """Plays one episode per seed, see `play_episodes`, and returns their returns.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=10)
    model = q_network(environment.observation_spec(), environment.num_actions)
    evaluate(HostNetwork(model), environment, range(10)).mean()
    ```
    """
    return play_episodes(q_values, environment, seeds, epsilon).returns


def play_episodes(
    q_values: typing.Callable[[typing.Any], np.ndarray],
    environment: GymnasiumEnvironment,
    seeds: typing.Sequence[int],
    epsilon: float = 0.0,
    watch: typing.Callable[[], None] | None = None,
) -> Episodes:
    """Plays one episode per seed, greedily but for a share of random actions.

    Every seed counts exactly once: no episode is left out because it takes long. One
    that has no end of its own is cut off after `MAX_EPISODE_STEPS`. Random actions are
    drawn from the episode's seed, whatever is played beside it.

    Args:
        q_values: Function of observations `(N, ...)` that returns float `(N, A)`.
        environment: `GymnasiumEnvironment` of N copies.
        seeds: One per episode.
        epsilon: Probability of a random action, as in [Mnih et al.,
            2015](https://www.nature.com/articles/nature14236), where it is 0.05.
        watch: Called before each step, or None.

    Returns:
        `Episodes`, in the order of the seeds.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=10)
    model = q_network(environment.observation_spec(), environment.num_actions)
    play_episodes(HostNetwork(model), environment, range(10), epsilon=0.05).lengths
    ```
    """
    played = []
    count = environment.batch_size
    firsts = range(0, len(seeds), count)
    for first in track(firsts, "Episodes", len(seeds), "episodes", lambda _: count):
        chunk = list(seeds[first : first + count])
        environment.seed(chunk + chunk[:1] * (count - len(chunk)))
        # Not `seed` alone: of that is the environment's own randomness.
        seeded = chunk if epsilon else []
        randoms = [np.random.default_rng([seed, 1]) for seed in seeded]
        episodes = _play(q_values, environment, epsilon, randoms, watch)
        played.append([array[: len(chunk)] for array in episodes])
    return Episodes(*map(np.concatenate, zip(*played, strict=True)))


def _play(q_values, environment, epsilon, randoms, watch):
    time_step = environment.reset()
    totals = np.zeros(environment.batch_size)
    lengths = np.zeros(environment.batch_size, int)
    running = np.ones(environment.batch_size, bool)
    for _ in range(MAX_EPISODE_STEPS):
        if not running.any():
            break
        if watch is not None:
            watch()
        observation, mask = actor.split_action_mask(time_step.observation)
        action = actor.greedy_action(q_values(observation), mask)
        for copy, random in enumerate(randoms):
            if random.random() < epsilon:
                valid = None if mask is None else mask[copy : copy + 1]
                spec = environment.action_spec()
                action[copy] = actor.random_action(
                    random, (1, *spec.shape), spec.maximum + 1, valid
                )[0]
        time_step = environment.step(action)
        totals += running * time_step.reward
        lengths += running
        running &= time_step.step_type != ts.StepType.LAST
    return totals, lengths
