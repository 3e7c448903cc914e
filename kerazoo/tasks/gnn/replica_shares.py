"""Dealing out examples that every step sees all of."""

import numpy as np
import tensorflow as tf


class ReplicaShares:
    """Deals the same examples out to the replicas, the same in every step.

    Args:
        *arrays: Arrays `(B, ...)`.
        replicas: Number of replicas over all workers.

    Example:

    ```python
    nodes, labels = np.arange(10), np.zeros(10, np.int32)
    shares = ReplicaShares(nodes, labels, replicas=2)
    nodes, labels, weights = shares()  # In a replica: half of each.
    ```
    """

    def __init__(self, *arrays: np.ndarray, replicas: int):
        count = len(arrays[0])
        size = -(-count // replicas)
        positions = np.arange(replicas * size).reshape(size, replicas).T
        weights = (positions < count).astype("float32")
        self._shares = [
            tf.constant(np.asarray(array)[positions % count]) for array in arrays
        ]
        self._shares.append(tf.constant(weights))  # (replicas, size)

    def __call__(self) -> tuple[tf.Tensor, ...]:
        """Returns this replica's part of each array, and its weights.

        Weights are 1, or 0 for what only fills up the last replicas' parts.
        """
        replica = 0
        if len(self._shares[-1]) > 1:
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return tuple(share[replica] for share in self._shares)
