"""Random numbers that belong to the examples of a global batch."""

import keras
import tensorflow as tf

from kerazoo.training.replica_model import num_replicas
from kerazoo.training.replica_model import sum_over_replicas


class GlobalBatch:
    """Draws the numbers of the whole batch, and gives a replica those of its examples.

    An example then meets the same noise however the batch is split over replicas, and
    no two replicas meet the same. Replicas hold consecutive examples; their numbers
    may differ.

    Args:
        size: int or int tensor. Number of this replica's examples, B.
        seed: `keras.random.SeedGenerator` in the same state on all replicas, as a
            model's is.

    Attributes:
        total: int32 scalar. Number of examples of all replicas.
        offset: int or int32 scalar. Number of those before this replica's.

    Example:

    ```python
    images = tf.zeros((16, 8, 8, 1))  # This replica's.
    batch = GlobalBatch(16, keras.random.SeedGenerator(0))
    noise = batch.normal(images.shape[1:])  # Like images.
    ```
    """

    def __init__(self, size: int | tf.Tensor, seed: keras.random.SeedGenerator):
        self._size = tf.convert_to_tensor(size, tf.int32)
        self._seed = seed
        self.total, self.offset = self._size, 0
        if num_replicas() > 1:
            context = tf.distribute.get_replica_context()
            replica = context.replica_id_in_sync_group
            own = tf.one_hot(replica, num_replicas()) * tf.cast(self._size, tf.float32)
            ends = tf.cast(tf.cumsum(sum_over_replicas(own)), tf.int32)
            self.total = ends[-1]
            self.offset = ends[replica] - self._size

    def normal(self, shape: tuple[int, ...] = ()) -> tf.Tensor:
        """Returns standard normal numbers `(B, *shape)`, float32."""
        return self._own(
            keras.random.normal((self.total, *shape), dtype="float32", seed=self._seed)
        )

    def uniform(self, shape: tuple[int, ...] = ()) -> tf.Tensor:
        """Returns numbers `(B, *shape)` of [0, 1), float32."""
        return self._own(
            keras.random.uniform((self.total, *shape), dtype="float32", seed=self._seed)
        )

    def shared_uniform(self) -> tf.Tensor:
        """Returns one number of [0, 1), the same on all replicas."""
        return keras.random.uniform((), dtype="float32", seed=self._seed)

    def _own(self, values):
        if num_replicas() == 1:
            return values
        return values[self.offset : self.offset + self._size]
