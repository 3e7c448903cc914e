"""Balls around samples that stand for where a distribution is."""

import numpy as np

_ROWS = 128  # Distances are held for so many samples at once: they fit caches.
_TOLERANCE = 1e-12  # Of the largest square; what rounding leaves of a distance.


class NeighborBalls:
    """Balls around points, each as large as the distance to the k-th other point.

    Args:
        points: float array `(N, D)` with N above `num_neighbors`.
        num_neighbors: int. k.
        closed: bool. Whether a ball's surface belongs to it.
    """

    def __init__(self, points: np.ndarray, num_neighbors: int, closed: bool):
        # Distances from the middle are the most exact.
        self._center = points.mean(axis=0)
        self._points = points - self._center
        self._closed = closed
        k = num_neighbors  # The nearest of all is the point itself.
        squared_radii = [
            np.partition(block, k, axis=1)[:, k]
            for block in self._squared_distances(self._points)
        ]
        largest = np.square(self._points).sum(axis=1).max()
        tolerance = _TOLERANCE * largest * (1 if closed else -1)
        self._squared_radii = np.concatenate(squared_radii) + tolerance

    def counts(self, samples: np.ndarray) -> np.ndarray:
        """Returns in how many balls each sample `(M, D)` is, int `(M,)`."""
        return np.concatenate([inside.sum(axis=1) for inside in self._inside(samples)])

    def occupied(self, samples: np.ndarray) -> np.ndarray:
        """Returns which balls hold samples `(M, D)`, bool `(N,)`."""
        occupied = np.zeros(len(self._points), bool)
        for inside in self._inside(samples):
            occupied |= inside.any(axis=0)
        return occupied

    def _inside(self, samples):
        for block in self._squared_distances(samples - self._center):
            if self._closed:
                yield block <= self._squared_radii
            else:
                yield block < self._squared_radii

    def _squared_distances(self, samples):
        squares = np.square(self._points).sum(axis=1)
        for start in range(0, len(samples), _ROWS):
            rows = samples[start : start + _ROWS]
            block = (-2 * rows) @ self._points.T
            block += np.square(rows).sum(axis=1)[:, np.newaxis]
            block += squares
            yield np.maximum(block, 0, out=block)
