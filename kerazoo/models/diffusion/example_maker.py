"""Many images of a diffusion model, while it learns and after."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.generation import generate
from kerazoo.training.batched_generation import generate_in_batches


class ExampleMaker:
    """Makes any number of images with a model, batch by batch, traced once.

    Args:
        model: `Diffusion`.
        batch_size: Images at a time.
        **sampling: Arguments of `generate`, such as `steps`, `sampler` and `guidance`.

    Example:

    ```python
    maker = ExampleMaker(model, steps=4)
    images = maker(16, seed=0)  # (16, 8, 8, 1)
    ```
    """

    def __init__(self, model: Diffusion, batch_size: int = 100, **sampling: typing.Any):
        self.model = model
        self.batch_size = batch_size
        self.sampling = sampling
        self._generate = tf.function(
            self._generate_batch, reduce_retracing=True, autograph=False
        )

    def __call__(
        self, count: int, seed: int, labels: np.ndarray | None = None
    ) -> np.ndarray:
        """Makes images with the average of the weights.

        Args:
            count: Number of images.
            seed: Equal seeds give equal images.
            labels: int array `(count,)`, or None for any class.

        Returns:
            float32 array `(count, H, W, C)` in [-1, 1].

        Raises:
            ValueError: If `count` is not positive.
        """

        def make(size, seed, labels):
            return self._generate(size, tf.constant(seed), labels).numpy()

        # Whole batches: one of another size would be traced anew.
        batches = -(-count // self.batch_size)
        return generate_in_batches(
            make, batches * self.batch_size, seed, labels, self.batch_size
        )[:count]

    def _generate_batch(self, count, seed, labels):
        return generate(self.model, count, seed, labels=labels, **self.sampling)
