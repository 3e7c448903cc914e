"""How TensorFlow shares out the cores of a CPU; to be said before it runs anything."""

import os

import tensorflow as tf


def limit_operation_threads(threads: int) -> None:
    """Gives each operation on a CPU so many threads, and runs as many side by side.

    Args:
        threads: int. 0 for TensorFlow's own choice. Nothing happens where there is a
            GPU.

    Raises:
        RuntimeError: If TensorFlow has run something already.
    """
    if threads and not tf.config.list_physical_devices("GPU"):
        cores = len(os.sched_getaffinity(0))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(max(cores // threads, 1))


def use_towers(
    towers: int | None = None, is_alone: bool = True, num_examples: int | None = None
) -> int:
    """Returns in how many parts to split a batch; gives each one thread of a CPU.

    Args:
        towers: int or None. Parts. Default: the cores of a CPU, 1 elsewhere.
        is_alone: bool. Whether there is one replica.
        num_examples: int or None. Examples of the smallest batch: one whose operations
            are too small for two threads is not split.

    Returns:
        int.
    """
    on_cpu = not tf.config.list_physical_devices("GPU")
    is_alone = is_alone and on_cpu
    towers = towers or (len(os.sched_getaffinity(0)) if is_alone else 1)
    is_single = num_examples == 1
    towers = 1 if is_single else towers
    if on_cpu and (towers > 1 or (is_single and is_alone)):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(towers)
    return towers
