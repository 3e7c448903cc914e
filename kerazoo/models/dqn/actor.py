"""Epsilon-greedy collection of experience."""

import collections
import typing

import numpy as np
from tf_agents.environments import py_environment
from tf_agents.trajectories import time_step as ts


class Actor:
    """Steps an environment epsilon-greedily and fills a replay.

    Args:
        environment: Batched `PyEnvironment`, such as `GymnasiumEnvironment`.
        q_values: Function of observations `(N, ...)` that returns float `(N, A)`, or
            `(N, J, K)` where J joints act at once.
        replay: Object with `add(time_step, action, next_time_step)`, such as
            `UniformReplay`.
        epsilon: Function of the environment steps taken so far that returns the
            probability of a random action.
        random: `numpy.random.Generator` of the exploration.
        log: Gets what the replay gets, such as a `TransitionLog`, or None.

    Attributes:
        num_steps: int. Environment steps taken, over all copies; the resets between
            episodes are not counted.
        returns: deque of the undiscounted returns of the last 100 episodes.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=4)
    model = q_network(environment.observation_spec(), environment.num_actions)
    actor = Actor(
        environment,
        HostNetwork(model),
        UniformReplay(environment.observation_spec(), 1_000, num_envs=4),
        linear_epsilon(1.0, 0.05, 10_000),
        np.random.default_rng(0),
    )
    actor.collect(100)
    ```
    """

    def __init__(
        self,
        environment: py_environment.PyEnvironment,
        q_values: typing.Callable[[typing.Any], np.ndarray],
        replay: typing.Any,
        epsilon: typing.Callable[[int], float],
        random: np.random.Generator,
        log: typing.Any = None,
    ):
        self.environment = environment
        self.q_values = q_values
        self.replay = replay
        self.epsilon = epsilon
        self.random = random
        self.log = log
        self.num_steps = 0
        spec = environment.action_spec()
        self._action_shape = (environment.batch_size, *spec.shape)
        most = spec.maximum + 1
        self._num_actions = most if np.ndim(most) else int(most)
        self.returns: collections.deque[float] = collections.deque(maxlen=100)
        self.restart()

    def restart(self, seed: int | typing.Sequence[int] | None = None) -> None:
        """Begins new episodes in all copies, seeded anew if `seed` is not None."""
        if seed is not None:
            self.environment.seed(seed)
        self.time_step = self.environment.reset()
        self._running_return = np.zeros(self.environment.batch_size)

    def collect(self, num_steps: int) -> None:
        """Takes at least this many environment steps, over all copies."""
        end = self.num_steps + num_steps
        while self.num_steps < end:
            action = self._act(self.time_step.observation)
            next_time_step = self.environment.step(action)
            self.replay.add(self.time_step, action, next_time_step)
            if self.log is not None:
                self.log.add(self.time_step, action, next_time_step)
            self._count(next_time_step)
            self.time_step = next_time_step

    def _act(self, observation):
        observation, mask = split_action_mask(observation)
        shape = self._action_shape
        # Each joint on its own: a wrong one shall not undo what the others do.
        explores = self.random.random(shape) < self.epsilon(self.num_steps)
        num_random = np.count_nonzero(explores)
        if num_random == explores.size:
            return random_action(self.random, shape, self._num_actions, mask)
        action = greedy_action(self.q_values(observation), mask)
        if num_random:
            random = random_action(self.random, shape, self._num_actions, mask)
            action = np.where(explores, random, action)
        return action

    def _count(self, time_step):
        self.num_steps += int(np.count_nonzero(time_step.step_type))  # FIRST is 0.
        self._running_return += time_step.reward
        is_last = time_step.step_type == ts.StepType.LAST
        if np.count_nonzero(is_last):
            self.returns.extend(self._running_return[is_last].tolist())
            self._running_return[is_last] = 0


def split_action_mask(observation: typing.Any) -> tuple[typing.Any, typing.Any]:
    """Splits a masked observation, as a TF-Agents constraint splitter does.

    Args:
        observation: array or tensor, or dict of `"observation"` and `"action_mask"`.

    Returns:
        The pair of the observation proper and its mask, None without one.
    """
    if isinstance(observation, dict) and "action_mask" in observation:
        return observation["observation"], observation["action_mask"]
    return observation, None


def greedy_action(q_values: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Returns the valid actions of highest value, int `(N,)` or `(N, J)`.

    Args:
        q_values: float `(N, A)`, or `(N, J, K)` of J joints.
        mask: bool `(N, A)`, True where an action is valid, or None.
    """
    if mask is not None:
        q_values = np.where(mask, q_values, -np.inf)
    return q_values.argmax(axis=-1)


def random_action(
    random: np.random.Generator,
    shape: int | tuple[int, ...],
    num_actions: int | np.ndarray,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Draws actions uniformly from the valid ones.

    Args:
        random: `numpy.random.Generator`.
        shape: Of the draw, N or `(N, J)` for J joints.
        num_actions: Number of actions A, or int `(J,)`, that of each joint.
        mask: bool `(N, A)`, True where an action is valid, or None.

    Returns:
        int array of `shape`.
    """
    if mask is None:
        return random.integers(0, num_actions, shape)
    return np.where(mask, random.random(mask.shape), -1).argmax(axis=-1)
