"""What replays share: a ring of steps, and n-step transitions made of them."""

import abc
import typing

import numpy as np
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.observation_memory import StackedFrames
from kerazoo.models.dqn.observation_memory import WholeObservations
from kerazoo.training.chunked_array import ChunkedArray
from kerazoo.training.chunked_array import in_chunks


class Replay(abc.ABC):
    r"""Ring of the newest steps of N environments; what draws from it is a subclass.

    Every observation is stored once, in the dtype of the environment; of stacked frames
    only the newest is, and the stack is composed when it is drawn. A transition
    starts at observation \(s_t\) and runs k steps, with k = n unless its episode ends
    first:

    \[ R = \sum_{i<k} \Big(\prod_{j<i} \gamma d_{t+j}\Big) r_{t+i}, \qquad
       D = \gamma^{-1} \prod_{i<k} \gamma d_{t+i}, \]

    with r the reward and d the discount that follow step t. An agent's target
    \(R + \gamma D \max Q(s_{t+k})\) is then the n-step return of
    [Sutton & Barto, 2018](http://incompleteideas.net/book/the-book-2nd.html),
    Equation 7.1. After termination d = 0 and nothing is bootstrapped; a truncated
    episode bootstraps from its own last observation; no transition, and no stack of
    frames, reaches into another episode.

    Args:
        observation_spec: `ArraySpec` of one observation, or dict of `"observation"` and
            `"action_mask"`.
        capacity: Steps kept, over all environments.
        num_envs: Environments that add steps together.
        n_step: Steps of a transition, at most.
        discount: Gamma, in (0, 1].
        frame_stack: Frames K of an observation `(K, ...)`, as
            `gymnasium.wrappers.FrameStackObservation` gives them, to store each once;
            1 stores observations as they are.
        action_shape: Shape of one action.

    Attributes:
        num_added: int. Rows ever added, one step of every environment each.
        length: int. Rows kept.

    Raises:
        ValueError: If `capacity` cannot hold a transition of every environment, or
            observations are no stacks of `frame_stack`.
    """

    def __init__(
        self,
        observation_spec: typing.Any,
        capacity: int,
        num_envs: int = 1,
        n_step: int = 1,
        discount: float = 0.99,
        frame_stack: int = 1,
        action_shape: tuple[int, ...] = (),
    ):
        self.length = capacity // num_envs
        if self.length < least_rows(n_step, frame_stack):
            needed = "n_step + 2" if frame_stack == 1 else "n_step + frame_stack + 1"
            raise ValueError(
                f"`capacity` must be at least `num_envs * ({needed})`. Received: "
                f"capacity={capacity}, num_envs={num_envs}, n_step={n_step}, "
                f"frame_stack={frame_stack}"
            )
        self.num_envs = num_envs
        self.n_step = n_step
        self.discount = discount
        self.frame_stack = frame_stack
        self.num_added = 0
        # Entry `row * num_envs + env`: the same environment's next step is
        # `num_envs` entries on.
        size = self.length * num_envs
        self._action = np.zeros((size, *action_shape), np.int64)
        self._reward = np.zeros(size, np.float32)
        self._discount = np.zeros(size, np.float32)
        self._is_last = np.ones(size, bool)
        self._memories = self._make_memories(observation_spec, size)
        self._flat_memories = tf.nest.flatten(self._memories)

    def __len__(self) -> int:
        return min(self.num_added, self.length) * self.num_envs

    @property
    def can_sample(self) -> bool:
        """Whether some transition is complete."""
        return not self._is_last[self._starts(np.arange(self._num_starts()))].all()

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes when it is full."""
        return sum(array.nbytes for array in self._arrays())

    def add(
        self,
        time_step: ts.TimeStep,
        action: np.ndarray | int,
        next_time_step: ts.TimeStep,
    ) -> None:
        """Adds one step of every environment.

        Args:
            time_step: Batched `TimeStep` that was acted on.
            action: int `(N, ...)`. Ignored where `time_step` is the last of its
                episode.
            next_time_step: Batched `TimeStep` that followed.
        """
        first = self.num_added % self.length * self.num_envs
        entries = slice(first, first + self.num_envs)
        observations = tf.nest.flatten(time_step.observation)
        for memory, new in zip(self._flat_memories, observations, strict=True):
            memory.put(entries, new)
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

    @abc.abstractmethod
    def sample(self, shape: tuple[int, ...], random: np.random.Generator) -> typing.Any:
        """Draws complete transitions.

        Args:
            shape: Of the draw, for example `(G, B)`.
            random: `numpy.random.Generator`.
        """

    def state(self) -> dict[str, typing.Any]:
        """Returns the filled part as a dict of arrays, to be saved."""
        arrays = {
            f"{i:02d}": in_chunks(array[: len(self)], self._versions)
            for i, array in enumerate(self._arrays())
        }
        return {**arrays, "num_added": np.int64(self.num_added)}

    def restore(self, state: typing.Mapping[str, typing.Any]) -> None:
        """Takes back what `state` returned, of a replay of the same arguments."""
        self.num_added = int(state["num_added"])
        for i, array in enumerate(self._arrays()):
            saved = state[f"{i:02d}"]
            if isinstance(saved, ChunkedArray):
                saved.copy_to(array[: len(self)])
            else:
                array[: len(self)] = saved

    def _make_memories(self, observation_spec, size):
        spec, mask = split_action_mask(observation_spec)
        if self.frame_stack == 1:
            return tf.nest.map_structure(
                lambda spec: WholeObservations(spec, size), observation_spec
            )
        if not spec.shape or spec.shape[0] != self.frame_stack:
            raise ValueError(
                "`frame_stack` must be the first size of the observations. Received: "
                f"frame_stack={self.frame_stack}, observation {spec.shape}"
            )
        frames = StackedFrames(spec, size, self.num_envs, self._is_last)
        if mask is None:
            return frames
        return {"observation": frames, "action_mask": WholeObservations(mask, size)}

    def _arrays(self):
        return [
            *(memory.array for memory in self._flat_memories),
            self._action,
            self._reward,
            self._discount,
            self._is_last,
        ]

    def _versions(self, begins, ends):
        """Rows added when parts of the ring, from entry to entry, last changed."""
        newest = self.num_added - 1
        first, last = begins // self.num_envs, (ends - 1) // self.num_envs
        slot = newest % self.length
        since = np.where(slot < first, slot - last + self.length, slot - last)
        return newest - np.maximum(since, 0) + 1

    def _first_start(self):
        """Row of the oldest transition, whose stack is whole."""
        oldest = self.num_added - self.length
        # In a full ring the newest row is where those before the oldest were.
        return max(oldest, 0) + (self.frame_stack - 1 if oldest >= 0 else 0)

    def _num_starts(self):
        # A transition that starts n rows before the newest may end on the newest.
        rows = self.num_added - self._first_start() - self.n_step
        return max(rows, 0) * self.num_envs

    def _starts(self, age):
        """Entries of transitions counted from the oldest on."""
        return (self._first_start() * self.num_envs + age) % len(self._action)

    def _stops(self, entries):
        """Returns whether a transition that reaches these entries ends there."""
        return self._is_last.take(entries)

    def _transitions(self, start):
        """TF-Agents' `Transition` from each entry of `start`."""
        shape = start.shape
        end = start
        reward = np.zeros(shape, np.float32)
        carried = np.ones(shape, np.float32)  # Product of gamma d so far.
        going = np.ones(shape, bool)
        for _ in range(self.n_step):
            reward += going * carried * self._reward.take(end)
            factor = np.float32(self.discount) * self._discount.take(end)
            carried *= np.where(going, factor, np.float32(1))
            end = (end + self.num_envs * going) % len(self._action)
            going &= ~self._stops(end)

        def step_at(entries, reward, discount):
            return ts.TimeStep(
                step_type=np.full(shape, ts.StepType.MID, np.int32),
                reward=reward,
                discount=discount,
                observation=tf.nest.map_structure(
                    lambda memory: memory.take(entries), self._memories
                ),
            )

        action = self._action.take(start, axis=0)
        return trajectory.Transition(
            time_step=step_at(start, np.zeros_like(reward), np.ones_like(reward)),
            action_step=policy_step.PolicyStep(action, (), ()),
            next_time_step=step_at(end, reward, carried / np.float32(self.discount)),
        )


def least_rows(n_step: int, frame_stack: int = 1) -> int:
    """Returns how many rows a replay must keep to ever hold a transition."""
    return n_step + frame_stack + 1
