"""Many examples of a GAN, while it learns and after."""

import numpy as np
import tensorflow as tf

from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.generation import generate
from kerazoo.training.batched_generation import generate_in_batches


class ExampleMaker:
    """Makes any number of examples with a model, batch by batch, traced once.

    Args:
        model: `GAN`.
        batch_size: Examples at a time.

    Example:

    ```python
    maker = ExampleMaker(model)
    images = maker(1_000, seed=0)
    ```
    """

    def __init__(self, model: GAN, batch_size: int = 100):
        self.model = model
        self.batch_size = batch_size
        self._generate = tf.function(
            lambda *arguments: generate(model, *arguments),
            reduce_retracing=True,
            autograph=False,
        )

    def __call__(
        self,
        count: int,
        seed: int,
        labels: np.ndarray | None = None,
        truncation: float | None = None,
    ) -> np.ndarray:
        """Makes examples with the average of the generator.

        Args:
            count: Number of examples.
            seed: Equal seeds give equal examples.
            labels: int array `(count,)`, with classes; default: all in turn.
            truncation: Largest number of a latent, or None.

        Returns:
            float32 array `(count, ...)`.

        Raises:
            ValueError: If `count` is not positive, or not the number of labels.
        """
        if self.model.num_classes is not None:
            if labels is None:
                labels = np.arange(count) % self.model.num_classes
            if np.shape(labels) != (count,):
                raise ValueError(
                    "`labels` must be one of each example. "
                    f"Received: labels.shape={np.shape(labels)}, count={count}"
                )
        if truncation is not None:  # As a tensor: a number would be traced anew.
            truncation = tf.constant(truncation, tf.float32)

        def make(size, seed, labels):
            return self._generate(size, tf.constant(seed), labels, truncation).numpy()

        return generate_in_batches(make, count, seed, labels, self.batch_size)
