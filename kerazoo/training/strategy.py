"""`tf.distribute` strategies by name."""

import functools

import tensorflow as tf

from kerazoo.training.tf_config import read_tf_config

NAMES = ("auto", "one_device", "mirrored", "multi_worker", "tpu")


def create(
    name: str = "auto", num_devices: int | None = None
) -> tf.distribute.Strategy:
    """Creates a strategy; call it before TensorFlow has used any device.

    Args:
        name: One of `NAMES`. `"auto"` takes all GPUs, else the CPU; `"mirrored"` on
            a machine without GPUs splits the CPU into `num_devices` logical ones;
            `"multi_worker"` reads the cluster from the environment variable
            `TF_CONFIG`.
        num_devices: int or None. Devices of this machine to use; None for all.

    Returns:
        `tf.distribute.Strategy`.

    Raises:
        ValueError: If `name` is unknown, there are fewer devices than asked for, or
            `TF_CONFIG` is wrong.

    Example:

    ```python
    with create("mirrored", num_devices=2).scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    ```
    """
    if name not in NAMES:
        raise ValueError(
            f"`name` must be one of {', '.join(NAMES)}. Received: name={name}"
        )
    if num_devices is not None and num_devices < 1:
        raise ValueError(
            f"`num_devices` must be positive. Received: num_devices={num_devices}"
        )
    if num_devices and name in ("one_device", "multi_worker", "tpu"):
        raise ValueError(
            f"`num_devices` goes with auto and mirrored. Received: name={name}, "
            f"num_devices={num_devices}"
        )
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if name == "multi_worker":
        read_tf_config()
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "tpu":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
        return tf.distribute.TPUStrategy(resolver)
    if gpus:
        devices = [f"GPU:{i}" for i in range(len(gpus))]
    else:
        devices = _logical_cpus(num_devices if name == "mirrored" else 1)
    wanted = 1 if name == "one_device" else num_devices or len(devices)
    if wanted > len(devices):
        raise ValueError(
            f"`num_devices` must be at most {len(devices)}, the devices of this "
            f"machine ({', '.join(devices)}). Received: num_devices={num_devices}"
        )
    devices = devices[:wanted]
    if name == "mirrored" or len(devices) > 1:
        return _mirrored(tuple(devices))
    return tf.distribute.OneDeviceStrategy(devices[0])


def worker_index(strategy: tf.distribute.Strategy) -> int:
    """Returns the number of this process among the workers, 0 for a single one."""
    resolver = strategy.cluster_resolver
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return 0
    chiefs = len(resolver.cluster_spec().as_dict().get("chief", []))
    return resolver.task_id + (chiefs if resolver.task_type == "worker" else 0)


def minimum_over_workers(strategy: tf.distribute.Strategy, value: float) -> float:
    """Returns the smallest of a number that each worker process has.

    All workers must call it alike. With it they agree on what to do next, where one
    that decided alone would leave the others waiting for its gradients.

    Args:
        strategy: `tf.distribute.Strategy`.
        value: int or float.

    Returns:
        float.
    """
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return float(value)
    values = strategy.run(lambda: tf.constant([value], tf.float64))
    return float(tf.reduce_min(strategy.gather(values, axis=0)))


@functools.cache
def _mirrored(devices):
    # Two strategies on the same devices would use the same keys for their sums.
    return tf.distribute.MirroredStrategy(devices)


def _logical_cpus(count):
    (cpu,) = tf.config.list_physical_devices("CPU")
    if count and count > 1:
        configuration = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
        tf.config.set_logical_device_configuration(cpu, configuration)
    return [f"CPU:{i}" for i in range(count or 1)]


def check_batch_size(batch_size: int, strategy: tf.distribute.Strategy) -> None:
    """Refuses a batch that the replicas of a strategy cannot share.

    Raises:
        ValueError: If `batch_size` is no multiple of their number.
    """
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise ValueError(
            f"`batch_size` must be a multiple of the {replicas} devices it is split "
            f"over. Received: batch_size={batch_size}"
        )
