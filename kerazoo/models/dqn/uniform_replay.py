"""Replay memory that gives n-step transitions which end with their episode."""

import typing

import numpy as np
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory


class UniformReplay:
    r"""Ring of the newest steps of N environments, sampled uniformly.

    Every observation is stored once, in the dtype of the environment. A sampled
    transition starts at observation \(s_t\) and runs k steps, with k = n unless its
    episode ends first:

    \[ R = \sum_{i<k} \Big(\prod_{j<i} \gamma d_{t+j}\Big) r_{t+i}, \qquad
       D = \gamma^{-1} \prod_{i<k} \gamma d_{t+i}, \]

    with r the reward and d the discount that follow step t. An agent's target
    \(R + \gamma D \max Q(s_{t+k})\) is then the n-step return of
    [Sutton & Barto, 2018](http://incompleteideas.net/book/the-book-2nd.html),
    Equation 7.1. After termination d = 0 and nothing is bootstrapped; a truncated
    episode bootstraps from its own last observation; no transition reaches into
    the next episode.

    Args:
        observation_spec: Nest of `ArraySpec`, one observation.
        capacity: Steps kept, over all environments.
        num_envs: Environments that add steps together.
        n_step: Steps of a transition, at most.
        discount: Gamma, in (0, 1].

    Raises:
        ValueError: If `capacity` cannot hold a transition of every environment.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=2)
    replay = UniformReplay(environment.observation_spec(), 1_000, 2, n_step=3)
    time_step = environment.reset()
    for _ in range(10):
        action = np.zeros(2, np.int64)
        next_time_step = environment.step(action)
        replay.add(time_step, action, next_time_step)
        time_step = next_time_step
    replay.sample((4, 64), np.random.default_rng(0))  # Four batches of 64.
    ```
    """

    def __init__(
        self,
        observation_spec: typing.Any,
        capacity: int,
        num_envs: int = 1,
        n_step: int = 1,
        discount: float = 0.99,
    ):
        self.length = capacity // num_envs
        if self.length < n_step + 2:
            raise ValueError(
                "`capacity` must be at least `num_envs * (n_step + 2)`. Received: "
                f"capacity={capacity}, num_envs={num_envs}, n_step={n_step}"
            )
        self.num_envs = num_envs
        self.n_step = n_step
        self.discount = discount
        self.num_added = 0  # Rows ever added, one step of every environment each.
        # Entry `row * num_envs + env`: the same environment's next step is
        # `num_envs` entries on.
        size = self.length * num_envs
        self._observation = tf.nest.map_structure(
            lambda spec: np.zeros((size, *spec.shape), spec.dtype), observation_spec
        )
        self._observations = tf.nest.flatten(self._observation)
        self._action = np.zeros(size, np.int64)
        self._reward = np.zeros(size, np.float32)
        self._discount = np.zeros(size, np.float32)
        self._is_last = np.ones(size, bool)

    def __len__(self) -> int:
        return min(self.num_added, self.length) * self.num_envs

    @property
    def can_sample(self) -> bool:
        """Whether some transition is complete."""
        return not self._is_last[self._starts(np.arange(self._num_starts()))].all()

    def add(
        self,
        time_step: ts.TimeStep,
        action: np.ndarray | int,
        next_time_step: ts.TimeStep,
    ) -> None:
        """Adds one step of every environment.

        Args:
            time_step: Batched `TimeStep` that was acted on.
            action: int `(N,)`. Ignored where `time_step` is the last of its episode.
            next_time_step: Batched `TimeStep` that followed.
        """
        first = self.num_added % self.length * self.num_envs
        entries = slice(first, first + self.num_envs)
        observations = tf.nest.flatten(time_step.observation)
        for stored, new in zip(self._observations, observations, strict=True):
            stored[entries] = new
        self._action[entries] = action
        self._reward[entries] = next_time_step.reward
        self._discount[entries] = next_time_step.discount
        self._is_last[entries] = time_step.step_type == ts.StepType.LAST
        self.num_added += 1

    def cut(self, time_step: ts.TimeStep) -> None:
        """Ends the running episodes here, as truncated, because they cannot go on.

        Args:
            time_step: Batched `TimeStep`, the newest, not added yet.
        """
        last = np.full(self.num_envs, ts.StepType.LAST, np.int32)
        none_follows = ts.TimeStep(step_type=(), reward=0, discount=1, observation=())
        self.add(time_step._replace(step_type=last), 0, none_follows)

    def sample(
        self, shape: tuple[int, ...], random: np.random.Generator
    ) -> trajectory.Transition:
        """Draws transitions uniformly from all complete ones.

        Args:
            shape: Of the draw, for example `(G, B)`.
            random: `numpy.random.Generator`.

        Returns:
            TF-Agents `Transition` of arrays `(*shape, ...)`: R in
            `next_time_step.reward`, D in `next_time_step.discount`.
        """
        start = self._starts(random.integers(0, self._num_starts(), shape))
        # The last observation of an episode starts no transition: draw again.
        while (void := self._is_last.take(start)).any():
            start[void] = self._starts(
                random.integers(0, self._num_starts(), void.sum())
            )

        end = start
        reward = np.zeros(shape, np.float32)
        carried = np.ones(shape, np.float32)  # Product of gamma d so far.
        going = np.ones(shape, bool)
        for _ in range(self.n_step):
            reward += going * carried * self._reward.take(end)
            factor = np.float32(self.discount) * self._discount.take(end)
            carried *= np.where(going, factor, np.float32(1))
            end = (end + self.num_envs * going) % len(self._action)
            going &= ~self._is_last.take(end)

        def step_at(entries, reward, discount):
            return ts.TimeStep(
                step_type=np.full(shape, ts.StepType.MID, np.int32),
                reward=reward,
                discount=discount,
                observation=tf.nest.map_structure(
                    lambda stored: stored.take(entries, axis=0), self._observation
                ),
            )

        return trajectory.Transition(
            time_step=step_at(start, np.zeros_like(reward), np.ones_like(reward)),
            action_step=policy_step.PolicyStep(self._action.take(start), (), ()),
            next_time_step=step_at(end, reward, carried / np.float32(self.discount)),
        )

    def state(self) -> dict[str, np.ndarray]:
        """Returns the filled part as a dict of arrays, to be saved."""
        arrays = {
            f"{i:02d}": array[: len(self)] for i, array in enumerate(self._arrays())
        }
        return {**arrays, "num_added": np.int64(self.num_added)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes back what `state` returned, of a replay of the same arguments."""
        self.num_added = int(state["num_added"])
        for i, array in enumerate(self._arrays()):
            array[: len(self)] = state[f"{i:02d}"]

    def _arrays(self):
        return [
            *self._observations,
            self._action,
            self._reward,
            self._discount,
            self._is_last,
        ]

    def _num_starts(self):
        # A transition that starts n rows before the newest may end on the newest.
        rows = min(self.num_added, self.length) - self.n_step
        return max(rows, 0) * self.num_envs

    def _starts(self, age):
        """Entries of transitions counted from the oldest on."""
        oldest = max(self.num_added - self.length, 0) * self.num_envs
        return (oldest + age) % len(self._action)
