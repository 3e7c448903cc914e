"""How a replay keeps observations: whole, or each frame of stacked ones once."""

import numpy as np
from tf_agents.specs import array_spec


class WholeObservations:
    """Keeps observations as they are.

    Args:
        spec: `ArraySpec` of one.
        size: Number of entries.

    Attributes:
        array: `(size, ...)`. What is kept.

    Example:

    ```python
    from tf_agents.specs import array_spec

    memory = WholeObservations(array_spec.ArraySpec((4,), np.float32), size=100)
    memory.put(slice(0, 2), np.ones((2, 4)))
    memory.take(np.array([1, 2])).sum(axis=1)  # array([4., 0.], dtype=float32)
    ```
    """

    def __init__(self, spec: array_spec.ArraySpec, size: int):
        self.array = np.zeros((size, *spec.shape), spec.dtype)

    def put(self, entries: slice, observation: np.ndarray) -> None:
        """Keeps the observations `(N, ...)` of entries."""
        self.array[entries] = observation

    def take(self, entries: np.ndarray) -> np.ndarray:
        """Returns the observations of entries."""
        return self.array.take(entries, axis=0)


class StackedFrames:
    """Keeps the newest frame of every stack, and composes the stacks again.

    The stack of an entry has its frame and those before it in the same episode. Where
    the episode is shorter its first frame is repeated, as
    `gymnasium.wrappers.FrameStackObservation` does.

    Args:
        spec: `ArraySpec` of one stack `(K, ...)`, the oldest frame first.
        size: Number of entries.
        num_envs: Entries from one step of an environment to its next.
        is_last: bool `(size,)`, kept up to date by the replay. Whether an entry is the
            last of its episode; True where none was put yet.

    Attributes:
        array: `(size, ...)`. The frames.

    Example:

    ```python
    from tf_agents.specs import array_spec

    is_last = np.array([True, True, True, True])
    memory = StackedFrames(array_spec.ArraySpec((3,), np.uint8), 4, 1, is_last)
    for i, stack in enumerate([[5, 5, 5], [5, 5, 6], [5, 6, 7]]):
        memory.put(slice(i, i + 1), np.array([stack]))
        is_last[i] = False
    memory.take(np.array([1, 2]))  # [[5, 5, 6], [5, 6, 7]]
    ```
    """

    def __init__(
        self,
        spec: array_spec.ArraySpec,
        size: int,
        num_envs: int,
        is_last: np.ndarray,
    ):
        self.stack, *frame = spec.shape
        self.array = np.zeros((size, *frame), spec.dtype)
        self._num_envs = num_envs
        self._is_last = is_last

    def put(self, entries: slice, observation: np.ndarray) -> None:
        """Keeps the newest frames of stacks `(N, K, ...)`."""
        self.array[entries] = observation[:, -1]

    def take(self, entries: np.ndarray) -> np.ndarray:
        """Returns the stacks `(..., K, ...)` of entries."""
        frames = np.empty((*np.shape(entries), self.stack), np.int64)
        frames[..., -1] = entries
        for age in range(self.stack - 1, 0, -1):
            after = frames[..., age]
            before = (after - self._num_envs) % len(self.array)
            is_first = self._is_last.take(before)
            frames[..., age - 1] = np.where(is_first, after, before)
        return self.array.take(frames, axis=0)
