"""Decision processes of few states, computed exactly."""

import typing

import numpy as np


class FiniteMDP:
    """Expected returns where all states and transitions are known.

    Args:
        transitions: Mapping of state to mapping of action to a list of `(probability,
            next_state, reward, terminated)`, as gymnasium's toy texts have it in `P`.
        initial: float `(S,)`. Probabilities of the first state.

    Example:

    ```python
    from kerazoo.evaluation.games import FiniteMDP

    right_or_left = {0: {0: [(1.0, 0, 0.0, False)], 1: [(1.0, 0, 1.0, True)]}}
    process = FiniteMDP(right_or_left, [1.0])
    process.expected_return([1], steps=10), process.best_return(steps=10)  # (1.0, 1.0)
    ```
    """

    def __init__(self, transitions: typing.Any, initial: typing.Sequence[float]):
        rows = [
            [transitions[s][a] for a in range(len(transitions[0]))]
            for s in range(len(transitions))
        ]
        most = max(len(outcomes) for row in rows for outcomes in row)
        shape = (len(rows), len(rows[0]), most)
        self._chance, self._reward = np.zeros(shape), np.zeros(shape)
        self._next, self._goes_on = np.zeros(shape, int), np.zeros(shape)
        for s, a in np.ndindex(shape[:2]):
            for k, (chance, following, reward, terminated) in enumerate(rows[s][a]):
                self._chance[s, a, k] = chance
                self._next[s, a, k] = following
                self._reward[s, a, k] = reward
                self._goes_on[s, a, k] = not terminated
        self._initial = np.asarray(initial, float)

    def expected_return(self, policy: typing.Sequence[int], steps: int) -> float:
        """Returns the mean undiscounted return of an episode.

        Args:
            policy: int `(S,)`, the action in each state.
            steps: Steps after which an episode is cut off.
        """
        chosen = np.arange(len(self._initial)), np.asarray(policy)
        values = np.zeros(len(self._initial))
        for _ in range(steps):
            values = self._look_ahead(values)[chosen]
        return float(self._initial @ values)

    def best_return(self, steps: int) -> float:
        """Returns the largest mean return, by value iteration.

        The best policy may look at the time that is left.

        Args:
            steps: Steps after which an episode is cut off.
        """
        values = np.zeros(len(self._initial))
        for _ in range(steps):
            values = self._look_ahead(values).max(axis=1)
        return float(self._initial @ values)

    def _look_ahead(self, values):
        """Returns the values of actions `(S, A)`, one step before those of states."""
        following = self._reward + self._goes_on * values[self._next]
        return (self._chance * following).sum(axis=2)
