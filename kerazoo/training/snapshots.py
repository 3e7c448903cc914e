"""The mean of the last states of the weights."""

import os
import shutil
import typing

import numpy as np
import tensorflow as tf

from kerazoo.training.checkpoints import Checkpoints


class Snapshots:
    """Keeps the weights of the last few points in training, and gives their mean.

    The average of checkpoints of [Vaswani et al.,
    2017](https://arxiv.org/abs/1706.03762), Section 6.1. They are on the disk, so that
    a run that was killed has them when it goes on.

    Args:
        directory: path. Where they lie, created if missing.
        count: int. How many are kept.

    Raises:
        ValueError: If `count` is not positive.

    Example:

    ```python
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    snapshots = Snapshots("runs/example/snapshots", count=10)
    snapshots.take(100, model.get_weights())
    keras.models.clone_model(model).set_weights(snapshots.mean())
    ```
    """

    def __init__(self, directory: str | os.PathLike, count: int):
        if count < 1:
            raise ValueError(f"`count` must be positive. Received: count={count}")
        self.count = count
        self._checkpoints = Checkpoints(directory, max_to_keep=count)

    def take(self, step: int, weights: typing.Sequence[np.ndarray]) -> None:
        """Keeps the weights, a list of arrays, of a step."""
        arrays = {str(i): array for i, array in enumerate(weights)}
        self._checkpoints.save(step, tf.train.Checkpoint(), arrays)

    def rewind(self, step: int) -> None:
        """Drops the weights of later steps, which a resumed run has not reached."""
        for path in self._checkpoints.paths():
            if int(path.name) > step:
                shutil.rmtree(path)

    def steps(self) -> list[int]:
        """Returns the steps whose weights are kept, oldest first."""
        return [int(path.name) for path in self._checkpoints.paths()]

    def mean(self) -> list[np.ndarray]:
        """Returns the mean of the weights that are kept, a list of arrays.

        Damaged ones are set aside with a warning.

        Raises:
            ValueError: If there are none.
        """
        total: list[np.ndarray] = []
        count = 0
        for step in self.steps():
            restored = self._checkpoints.restore(tf.train.Checkpoint(), step)
            if restored is None:
                continue
            arrays, count = restored[1], count + 1
            weights = [arrays[str(i)].astype(np.float64) for i in range(len(arrays))]
            if count > 1:
                weights = [old + new for old, new in zip(total, weights, strict=True)]
            total = weights
        if not count:
            raise ValueError("Expected weights to average. Received: none")
        return [(array / count).astype(np.float32) for array in total]
