"""Replay memory from which surprising transitions are drawn more often."""

import typing

import numpy as np
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.replay import Replay
from kerazoo.models.dqn.sum_tree import SumTree

_LEAST = 1e-6  # Added to errors, so that none is never drawn again.


class WeightedTransitions(typing.NamedTuple):
    """What a prioritised replay draws.

    Args:
        transitions: TF-Agents `Transition` of arrays `(*shape, ...)`.
        weights: float32 `(*shape)`. Importance weights, the largest of a batch 1.
        entries: int64 `(*shape)`. Where the transitions are, for `update`.
    """

    transitions: trajectory.Transition
    weights: np.ndarray
    entries: np.ndarray


class PrioritizedReplay(Replay):
    r"""Ring of the newest steps of N environments, sampled by priority.

    Transition i is drawn with probability

    \[ P(i) = \frac{p_i^\alpha}{\sum_k p_k^\alpha}, \qquad
       p_i = |\delta_i| + 10^{-6}, \]

    with \(\delta\) the temporal-difference error of when it was last learnt from; a
    new one has the highest priority seen so far. Its loss is weighted by
    \(w_i = (N P(i))^{-\beta}\), divided by the largest of its batch
    ([Schaul et al., 2016](https://arxiv.org/abs/1511.05952), Section 3.4 and
    Algorithm 1). Each batch is drawn from as many equal shares of the sum of all
    priorities as it has transitions. What it keeps and what a transition is, `Replay`
    says.

    Args:
        observation_spec: `ArraySpec` of one observation, or dict of `"observation"` and
            `"action_mask"`.
        capacity: Steps kept, over all environments.
        num_envs: Environments that add steps together.
        n_step: Steps of a transition, at most.
        discount: Gamma, in (0, 1].
        frame_stack: Frames K of an observation `(K, ...)`, to store each once; 1
            stores observations as they are.
        action_shape: Shape of one action.
        priority_exponent: Alpha; 0 draws uniformly.
        importance_exponent: Beta at first, see `anneal`.

    Attributes:
        importance_exponent: float. Beta now.

    Raises:
        ValueError: If `capacity` cannot hold a transition of every environment, or
            observations are no stacks of `frame_stack`.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1", num_envs=2)
    replay = PrioritizedReplay(environment.observation_spec(), 1_000, 2)
    time_step = environment.reset()
    for _ in range(10):
        action = np.zeros(2, np.int64)
        next_time_step = environment.step(action)
        replay.add(time_step, action, next_time_step)
        time_step = next_time_step
    drawn = replay.sample((4, 64), np.random.default_rng(0))  # Four batches of 64.
    replay.update(drawn.entries, td_errors=np.ones((4, 64)))
    ```
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
        priority_exponent: float = 0.6,
        importance_exponent: float = 0.4,
    ):
        super().__init__(
            observation_spec,
            capacity,
            num_envs,
            n_step,
            discount,
            frame_stack,
            action_shape,
        )
        self.priority_exponent = priority_exponent
        self.importance_exponent = importance_exponent
        self._first_importance_exponent = importance_exponent
        self._tree = SumTree(self.length * num_envs)  # Of p to the power of alpha.
        self._largest = 1.0
        self._num_settled = 0  # Rows that the tree knows of.

    @property
    def nbytes(self) -> int:
        return super().nbytes + self._tree.nbytes

    def anneal(self, progress: float) -> None:
        """Moves beta on the line from its first value to 1.

        Args:
            progress: Share of the run that has passed, from 0 to 1.
        """
        first = self._first_importance_exponent
        self.importance_exponent = first + (1 - first) * progress

    def sample(
        self, shape: tuple[int, ...], random: np.random.Generator
    ) -> WeightedTransitions:
        """Draws transitions by their priorities.

        Args:
            shape: Of the draw, for example `(G, B)`; the last is a batch.
            random: `numpy.random.Generator`.
        """
        self._settle()
        shares = (np.arange(shape[-1]) + random.random(shape)) / shape[-1]
        entries = self._tree.find(shares * self._tree.total)
        priorities = self._tree.leaves.take(entries)
        # (N P)^-beta over its largest: N and the sum of all cancel out.
        ratios = priorities.min(axis=-1, keepdims=True) / priorities
        weights = (ratios**self.importance_exponent).astype(np.float32)
        return WeightedTransitions(self._transitions(entries), weights, entries)

    def update(self, entries: np.ndarray, td_errors: np.ndarray) -> None:
        """Takes the errors that were found for new priorities.

        Args:
            entries: int array, of `sample`. The last of equal ones counts.
            td_errors: float array of the same shape.
        """
        raised = np.power(np.abs(td_errors) + _LEAST, self.priority_exponent)
        self._largest = max(self._largest, float(raised.max()))
        # What has left the ring since has no priority any more.
        present = self._tree.leaves.take(entries) > 0
        self._tree.set(entries[present], raised[present])

    def state(self) -> dict[str, typing.Any]:
        """Returns the filled part and its priorities, to be saved."""
        return {
            **super().state(),
            "priorities": self._tree.leaves[: len(self)],
            "largest_priority": np.float64(self._largest),
            "num_settled": np.int64(self._num_settled),
        }

    def restore(self, state: typing.Mapping[str, typing.Any]) -> None:
        """Takes back what `state` returned, of a replay of the same arguments."""
        super().restore(state)
        self._tree.rebuild(state["priorities"])
        self._largest = float(state["largest_priority"])
        self._num_settled = int(state["num_settled"])

    def _settle(self):
        """Gives what was added since the last draw its priority."""
        settled, end = self._num_settled, self.num_added
        oldest, begin = max(end - self.length, 0), self._first_start()
        rows = (
            # What was there is gone, and what is there now is not complete.
            np.arange(max(settled, oldest), end),
            np.arange(oldest, begin),
            np.arange(max(settled - self.n_step, begin), max(end - self.n_step, 0)),
        )
        slots = np.concatenate(rows) % self.length * self.num_envs
        entries = slots[:, None] + np.arange(self.num_envs)
        priorities = np.zeros(entries.shape)
        complete = entries[len(entries) - len(rows[-1]) :]
        priorities[len(entries) - len(complete) :] = np.where(
            self._is_last.take(complete), 0, self._largest
        )
        self._tree.set(entries, priorities)
        self._num_settled = end
