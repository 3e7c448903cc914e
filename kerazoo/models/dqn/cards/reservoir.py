"""A uniform sample of all that was ever seen."""

import typing

import numpy as np


class Reservoir:
    """Keeps a uniform sample of a stream of examples, each an entry of some arrays.

    Every example that was ever added is kept with the same probability
    ([Vitter, 1985](https://doi.org/10.1145/3147.3165), Algorithm R). So what is learnt
    from it is the average over the whole past, not over what is newest.

    Args:
        capacity: Examples kept.
        dtypes: dict of name to dtype of the arrays of scalars.

    Attributes:
        num_added: int. Examples ever added.

    Example:

    ```python
    reservoir = Reservoir(100, {"x": np.int32})
    random = np.random.default_rng(0)
    reservoir.add({"x": np.arange(10_000, dtype=np.int32)}, random)
    reservoir.sample((4, 8), random)["x"].shape  # (4, 8)
    ```
    """

    def __init__(self, capacity: int, dtypes: dict[str, typing.Any]):
        self.capacity = capacity
        self.num_added = 0
        self._arrays = {name: np.zeros(capacity, t) for name, t in dtypes.items()}

    def __len__(self) -> int:
        return min(self.num_added, self.capacity)

    def add(self, examples: dict[str, np.ndarray], random: np.random.Generator) -> None:
        """Adds arrays `(D,)` of D examples, one after the other."""
        (count,) = {len(array) for array in examples.values()}
        number = self.num_added + np.arange(count)
        place = np.where(
            number < self.capacity,
            number,
            # 0 to the number itself: a share of capacity / (number + 1) stays.
            (random.random(count) * (number + 1)).astype(np.int64),
        )
        self._write(examples, place)
        self.num_added += count

    def sample(
        self, shape: tuple[int, ...], random: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Draws examples uniformly, with replacement; arrays of `shape`."""
        entries = random.integers(0, len(self), shape)
        return {name: array.take(entries) for name, array in self._arrays.items()}

    def state(self) -> dict[str, np.ndarray]:
        """Returns the filled part as a dict of arrays, to be saved."""
        kept = {name: array[: len(self)] for name, array in self._arrays.items()}
        return {**kept, "num_added": np.array(self.num_added)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes back what `state` returned, of one of the same arguments."""
        self.num_added = int(state["num_added"])
        for name, array in self._arrays.items():
            array[: len(self)] = state[name]

    def _write(self, examples, place):
        # Of examples that fall on one place, the last stays.
        kept, last = np.unique(place[::-1], return_index=True)
        last = len(place) - 1 - last
        is_inside = kept < self.capacity
        for name, array in self._arrays.items():
            array[kept[is_inside]] = examples[name][last[is_inside]]


class Ring(Reservoir):
    """Keeps the newest examples of a stream, see `Reservoir`.

    Example:

    ```python
    ring = Ring(3, {"x": np.int32})
    random = np.random.default_rng(0)
    ring.add({"x": np.arange(5, dtype=np.int32)}, random)
    sorted(ring.state()["x"].tolist())  # [2, 3, 4]
    ```
    """

    def add(self, examples: dict[str, np.ndarray], random: np.random.Generator) -> None:
        (count,) = {len(array) for array in examples.values()}
        self._write(examples, (self.num_added + np.arange(count)) % self.capacity)
        self.num_added += count
