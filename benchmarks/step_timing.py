"""Times of training steps, and of other functions, in this process."""

import os
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf


def use_threads(per_operation: int | None = None) -> None:
    """Gives TensorFlow as many threads as the environment variable `T` says.

    0 and none are TensorFlow's own choice.

    Args:
        per_operation: Threads of each operation. Default: all.
    """
    threads = int(os.environ.get("T", "0"))
    tf.config.threading.set_intra_op_parallelism_threads(per_operation or threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def many_steps(train_step: Callable[[tf.Tensor], dict]) -> Callable[[int], None]:
    """Returns a function that takes so many steps in one call, as training does.

    Args:
        train_step: Function of the number of the step in its call, an int scalar
            tensor, to a dict with the `loss`.

    Returns:
        Function of the number of steps. It raises FloatingPointError if a loss is not
        finite.
    """

    @tf.function
    def losses_of(steps):
        losses = tf.TensorArray(tf.float32, steps)
        for i in tf.range(steps):
            losses = losses.write(i, tf.cast(train_step(i)["loss"], tf.float32))
        return losses.stack()

    def take(steps):
        losses = losses_of(tf.constant(steps)).numpy()
        if not np.isfinite(losses).all():
            raise FloatingPointError(f"Expected finite losses. Received: {losses}")

    return take


def seconds(function: Callable, *arguments: object) -> tuple[float, float]:
    """Returns the wall-clock and the processor seconds of a call."""
    wall, processor = time.perf_counter(), time.process_time()
    function(*arguments)
    return time.perf_counter() - wall, time.process_time() - processor


def median_seconds(calls: int, function: Callable, *arguments: object) -> np.ndarray:
    """Returns the medians over many calls: `(2,)`, wall-clock and processor seconds."""
    return np.median([seconds(function, *arguments) for _ in range(calls)], axis=0)
