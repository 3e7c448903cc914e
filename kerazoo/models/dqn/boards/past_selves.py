"""A pool of what a network was before, to play against."""

import typing

import keras
import numpy as np

from kerazoo.models.dqn.host_network import HostNetwork


class PastSelves:
    """Keeps the weights of a network at some earlier times; one of them plays.

    Args:
        model: `keras.Model` under training, of planes to action values.
        size: Most that are kept; then the oldest goes.

    Attributes:
        current: int or None. Which one plays; None while there is none.

    Example:

    ```python
    pool = PastSelves(model, size=4)
    pool.add()
    pool.draw(np.random.default_rng(0))
    pool(observation)  # Values as they were when it was added.
    ```
    """

    def __init__(self, model: keras.Model, size: int):
        self.model = model
        self.size = size
        self.current: int | None = None
        self._past = type(model).from_config(model.get_config())
        if not self._past.built:
            self._past.build(model.input_shape)
        self._q_values = HostNetwork(self._past)
        self._weights: list[list[np.ndarray]] = []

    def __len__(self) -> int:
        return len(self._weights)

    def add(self) -> None:
        """Remembers the model as it is."""
        kept = [np.array(v.value) for v in self.model.variables]
        self._weights = [*self._weights, kept][-self.size :]

    def draw(self, random: np.random.Generator) -> None:
        """Chooses by chance who plays next."""
        if self._weights:
            self._play(int(random.integers(len(self._weights))))

    def __call__(self, observation: typing.Any) -> np.ndarray:
        """Returns the action values of the one that plays."""
        return self._q_values(observation)

    def state(self) -> dict[str, np.ndarray]:
        """Returns all weights and who plays, as a dict of arrays."""
        arrays = {
            f"{i}/{j:02d}": weight
            for i, weights in enumerate(self._weights)
            for j, weight in enumerate(weights)
        }
        current = -1 if self.current is None else self.current
        return {**arrays, "current": np.array(current)}

    def restore(self, state: typing.Mapping[str, np.ndarray]) -> None:
        """Takes back what `state` returned."""
        count = len(self.model.variables)
        members = (len(state) - 1) // count if count else 0
        self._weights = [
            [np.asarray(state[f"{i}/{j:02d}"]) for j in range(count)]
            for i in range(members)
        ]
        current = int(state["current"])
        if current >= 0:
            self._play(current)

    def _play(self, member):
        self.current = member
        for variable, weight in zip(
            self._past.variables, self._weights[member], strict=True
        ):
            variable.assign(weight)
        self._q_values.refresh()
