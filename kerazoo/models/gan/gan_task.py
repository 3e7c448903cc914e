"""What a GAN makes, and whether it still makes different things."""

import numpy as np
import tensorflow as tf

from kerazoo.models.gan.generation import generate
from kerazoo.training.batch_seed import batch_seed


class GANTask:
    """Makes examples with a model under training, batch by batch.

    Args:
        model: `GAN`, compiled.
        batch_size: int. Examples at a time.

    Example:

    ```python
    task = GANTask(model)
    images = task.generate(1_000, seed=0)
    ```
    """

    def __init__(self, model, batch_size=100):
        self.model = model
        self.batch_size = batch_size
        self._generate = tf.function(self._generate_batch, reduce_retracing=True)

    def generate(self, count, seed, labels=None, truncation=None):
        """Makes examples with the average of the generator.

        Args:
            count: int.
            seed: int.
            labels: int array `(count,)`, with classes; default: all in turn.
            truncation: float or None.

        Returns:
            float32 array `(count, ...)`.

        Raises:
            ValueError: If `count` is not positive, or not the number of labels.
        """
        if count < 1:
            raise ValueError(f"`count` must be positive. Received: count={count}")
        size = min(count, self.batch_size)
        batches = -(-count // size)
        if self.model.num_classes is not None:
            if labels is None:
                labels = np.arange(count) % self.model.num_classes
            if np.shape(labels) != (count,):
                raise ValueError(
                    "`labels` must be one of each example. "
                    f"Received: labels.shape={np.shape(labels)}, count={count}"
                )
            labels = np.resize(labels, batches * size).astype("int32")
        if truncation is not None:  # As a tensor: a number would be traced anew.
            truncation = tf.constant(truncation, tf.float32)
        found = [
            self._generate(
                size,
                tf.constant(batch_seed(seed, index)),
                None if labels is None else labels[index * size : (index + 1) * size],
                truncation,
            ).numpy()
            for index in range(batches)
        ]
        return np.concatenate(found)[:count]

    def _generate_batch(self, count, seed, labels, truncation):
        return generate(self.model, count, seed, labels, truncation)
