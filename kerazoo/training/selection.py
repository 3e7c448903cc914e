"""Which weights of a run are the best."""

import math
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.training.task import Best
from kerazoo.training.workdir import Workdir
from kerazoo.training.workdir import read_best


class Selection:
    """Keeps the weights of the best evaluation.

    Args:
        objective: str or None. Metric by which it is the best; None keeps none.
        mode: str. `"max"` or `"min"`: which is best.

    Attributes:
        best: `Best`, the best evaluation so far.
        age: int. Evaluations since then.

    Raises:
        ValueError: If `mode` is neither of both.

    Example:

    ```python
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    selection = Selection("accuracy", "max")
    selection.see(100, {"accuracy": 0.5}, model)
    selection.see(200, {"accuracy": 0.4}, model)
    selection.best.step, selection.age  # (100, 1)
    ```
    """

    def __init__(self, objective: str | None, mode: str):
        if mode not in ("max", "min"):
            raise ValueError(f"`mode` must be max or min. Received: mode={mode}")
        self.objective = objective
        self.best = Best()
        self.age = 0
        self._sign = 1 if mode == "max" else -1
        self._weights: list[np.ndarray] | None = None

    def see(self, step: int, metrics: dict[str, float], model: keras.Model) -> None:
        """Keeps the weights of a model if none were as good.

        Args:
            step: Optimizer steps taken.
            metrics: Of the evaluation.
            model: The model that was evaluated.
        """
        if self.objective is None:
            return
        before = self.best.metrics.get(self.objective, -self._sign * math.inf)
        self.age += 1
        if (
            self.best.step is None
            or self._sign * (metrics[self.objective] - before) > 0
        ):
            self.age = 0
            self.best = Best(step, metrics)
            self._weights = model.get_weights()

    def give(self, model: keras.Model) -> None:
        """Gives a model the best weights, if there are any."""
        if self._weights is not None:
            model.set_weights(self._weights)

    def save(self, workdir: Workdir) -> dict[str, typing.Any]:
        """Writes the best weights to `best/`; returns what a checkpoint notes."""
        step = self.best.step
        if step is not None and self._weights is not None:
            arrays = {str(i): array for i, array in enumerate(self._weights)}
            if workdir.best.latest() != workdir.best.path(step):
                state = {"metrics": self.best.metrics}
                workdir.best.save(step, tf.train.Checkpoint(), arrays, state)
        return {"evaluations_since_best": self.age, "best_step": step}

    def restore(self, workdir: Workdir, state: dict[str, typing.Any]) -> None:
        """Takes up what `save` returned.

        Where the weights that it means are damaged, there are none.
        """
        self.age = state.get("evaluations_since_best", 0)
        if state.get("best_step", 0) is None:
            return
        path = workdir.best.find(state.get("best_step"))
        if path is not None:
            step, self._weights, metrics = read_best(path)
            self.best = Best(step, metrics)
