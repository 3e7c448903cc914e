"""What the workers of a training run must agree on before each goes on."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.training.interruption import Interruption
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.workdir import Workdir


def requested_by_any(
    strategy: tf.distribute.Strategy, interruption: Interruption | None
) -> int:
    """Returns the signal to stop for that any worker got.

    Args:
        strategy: `tf.distribute.Strategy`.
        interruption: `Interruption` of this worker, or None.

    Returns:
        int, 0 for none.
    """
    requested = (interruption and interruption.requested) or 0
    return int(-minimum_over_workers(strategy, -requested))


def restore_in_common(
    strategy: tf.distribute.Strategy, workdir: Workdir, checkpoint: tf.train.Checkpoint
) -> tuple[int, dict[str, np.ndarray], dict[str, typing.Any]] | None:
    """Restores the newest checkpoint that all workers have.

    A kill may have left one worker a checkpoint ahead of another. Metrics of later
    steps are dropped.

    Args:
        strategy: `tf.distribute.Strategy`.
        workdir: `Workdir` of this worker.
        checkpoint: `tf.train.Checkpoint` of the variables to assign.

    Returns:
        The triple of step, arrays and state as saved, or None if there is none.

    Raises:
        FloatingPointError: If a worker lacks the checkpoint that the others go on from.
    """
    latest = workdir.checkpoints.latest()
    step = minimum_over_workers(strategy, int(latest.name) if latest else -1)
    restored = workdir.checkpoints.restore(checkpoint, int(step))
    if minimum_over_workers(strategy, restored is not None) < (step >= 0):
        raise FloatingPointError(
            f"The workers have no whole checkpoint of step {step:.0f} in common: "
            "restore their folders, or begin in another one."
        )
    workdir.rewind(restored[0] if restored else 0)
    return restored
