"""A TensorBoard profile of some steps in the middle of training."""

import os

import tensorflow as tf


class Profiler:
    """Records a profile from one training step to another.

    Args:
        directory: path. TensorBoard's log folder.
        first, last: int or None. Steps to record between; None never records. Where
            several steps run in one call, all of that call is recorded.

    Example:

    ```python
    profiler = Profiler("runs/example/tensorboard", 10, 12)
    for step in range(20):
        profiler.reached(step)
        tf.reduce_sum(tf.ones((10, 10)))
    profiler.close()
    ```
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        first: int | None = None,
        last: int | None = None,
    ):
        self._directory = str(directory)
        self._first = first
        self._last = last
        self._recording = False
        self._before: int | None = None

    def reached(self, step: int) -> None:
        """Starts or stops the recording if it is time to; call it at every step."""
        if self._first is None or self._last is None:
            return
        before, self._before = self._before, step
        if self._recording:
            if step >= self._last:
                self.close()
        elif step >= self._first and (before is None or before < self._last):
            tf.profiler.experimental.start(self._directory)
            self._recording = True

    def close(self) -> None:
        """Writes the profile if one is being recorded."""
        if self._recording:
            tf.profiler.experimental.stop()
        self._recording = False
        self._first = None
