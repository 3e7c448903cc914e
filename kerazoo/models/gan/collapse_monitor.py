"""Notices when a GAN makes the same thing over and over, or runs away."""

import numpy as np

_FEWEST_MODES = 0.5  # Of the most there have been.


class CollapseMonitor:
    """Compares how different generated examples are with how different real ones are.

    Args:
        real: float array `(N, ...)` of real examples, N at least 2; the first few
            hundred are used.
        smallest: float. Diversity below which examples are nearly alike.
        largest: float. Diversity above which they are far from anything real.
        grace: int. Checks at first in which examples may be alike, as those of an
            untrained generator are.

    Raises:
        ValueError: If the real examples are all alike, or not finite.

    Example:

    ```python
    monitor = CollapseMonitor(images)
    diversity, warning = monitor.check(0.01 * images)  # 0.01, nearly alike.
    ```
    """

    def __init__(
        self,
        real: np.ndarray,
        smallest: float = 0.25,
        largest: float = 4.0,
        grace: int = 0,
    ):
        self.smallest = smallest
        self.largest = largest
        self.grace = grace
        self._real = mean_distance(real)
        if not 0 < self._real < np.inf:
            raise ValueError(
                "Real examples must be finite and differ. "
                f"Received: a mean distance of {self._real}"
            )
        self._most_modes = 0
        self._grace = grace

    def check(
        self, examples: np.ndarray, modes: int | None = None
    ) -> tuple[float, str | None]:
        """Judges generated examples.

        Args:
            examples: float array `(N, ...)`, N at least 2.
            modes: int or None. Modes that occur among them, if they can be counted.

        Returns:
            The pair of the diversity, the mean distance between two examples as a
            multiple of that between real ones, and a warning: str, or None if all is
            well.
        """
        if not np.isfinite(examples).all():
            return float("nan"), "generated values are not finite"
        diversity = mean_distance(examples) / self._real
        if diversity < self.smallest and self._grace:
            self._grace -= 1
            return diversity, None
        self._grace = 0
        if diversity < self.smallest:
            return diversity, (
                f"generated examples are nearly alike (diversity {diversity:.2f} of "
                "that of the real ones): the generator has collapsed"
            )
        if diversity > self.largest:
            return diversity, (
                f"generated examples are far from all real ones (diversity "
                f"{diversity:.1f} of theirs): training diverges"
            )
        if modes is not None:
            before, self._most_modes = self._most_modes, max(self._most_modes, modes)
            if modes < _FEWEST_MODES * before:
                return diversity, (
                    f"only {modes} modes are left of {before}: the generator collapses"
                )
        return diversity, None


def mean_distance(examples: np.ndarray, max_examples: int = 500) -> float:
    """Returns the mean Euclidean distance between two different examples.

    Args:
        examples: float array `(N, ...)`, N at least 2.
        max_examples: int. Examples to compare, the first ones.

    Example:

    ```python
    mean_distance(np.array([[0.0, 0.0], [3.0, 4.0]]))  # 5.0
    ```
    """
    if len(examples) < 2:
        raise ValueError(
            f"`examples` must be two at least. Received: {len(examples)} examples"
        )
    first = np.asarray(examples[:max_examples], np.float64)
    flat = first.reshape(len(first), -1)
    squares = (flat**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares - 2 * flat @ flat.T, 0) ** 0.5
    return float(distances[~np.eye(len(flat), dtype=bool)].mean())
