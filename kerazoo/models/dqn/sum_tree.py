"""A sum tree: draws in proportion to weights that change, many at once."""

import numpy as np


class SumTree:
    """Binary tree whose leaves are weights and whose nodes are sums of two below.

    Drawing one of C leaves and changing one both take log C additions
    ([Schaul et al., 2016](https://arxiv.org/abs/1511.05952), Appendix B.2.1). Each
    level is one NumPy operation on all that is drawn or changed. Every sum is that of
    the two nodes below, never a running total: equal leaves give equal sums to the
    last bit, whatever was changed before.

    Args:
        capacity: Number of leaves C.

    Attributes:
        leaves: float64 `(C,)`. The weights; change them with `set`.

    Raises:
        ValueError: If there are no leaves.

    Example:

    ```python
    tree = SumTree(4)
    tree.set(np.array([0, 1, 3]), np.array([1.0, 2.0, 5.0]))
    tree.total  # 8.0
    tree.find(np.array([0.5, 1.5, 7.9]))  # array([0, 1, 3])
    ```
    """

    def __init__(self, capacity: int):
        if capacity < 1:
            raise ValueError(f"`capacity` must be positive. Received: {capacity}")
        depth = (capacity - 1).bit_length()
        # From the root down; the last level has the leaves.
        self._levels = [np.zeros(2**level) for level in range(depth + 1)]
        self.leaves = self._levels[-1][:capacity]

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return float(self._levels[0][0])

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes."""
        return sum(level.nbytes for level in self._levels)

    def set(self, entries: np.ndarray, weights: np.ndarray) -> None:
        """Changes the weights of leaves.

        Args:
            entries: int array of leaves. The last of equal ones counts.
            weights: float array of the same shape, not negative.
        """
        self.leaves[entries] = weights
        nodes = np.ravel(entries)
        for above, below in zip(self._levels[-2::-1], self._levels[:0:-1]):
            nodes = nodes >> 1
            if len(nodes) > 2 * len(above):  # Whole levels are summed faster.
                np.add(below[::2], below[1::2], out=above)
                nodes = np.arange(len(above))
            else:
                left = nodes << 1
                above[nodes] = below.take(left) + below.take(left + 1)

    def find(self, values: np.ndarray) -> np.ndarray:
        """Returns the leaves in which values fall when weights lie one behind another.

        Args:
            values: float array, at least 0 and less than `total`.

        Returns:
            int64 array of the same shape. Never a leaf of weight 0, if `total` is not.
        """
        values = np.array(values, np.float64)
        nodes = np.zeros(values.shape, np.int64)
        for level in self._levels[1:]:
            nodes <<= 1
            left = level.take(nodes)
            # Rounding may carry a value past the end of what has weight.
            goes_right = (values >= left) & (level.take(nodes + 1) > 0)
            values -= left * goes_right
            nodes += goes_right
        return nodes

    def rebuild(self, weights: np.ndarray) -> None:
        """Changes all weights at once.

        Args:
            weights: float array of the first leaves; those behind become 0.
        """
        self.leaves[: len(weights)] = weights
        self.leaves[len(weights) :] = 0
        for above, below in zip(self._levels[-2::-1], self._levels[:0:-1]):
            np.add(below[::2], below[1::2], out=above)
