"""Training and evaluation of a diffusion model on a dataset of images."""

import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion.generation import generate
from kerazoo.training.batch_seed import batch_seed

_NUM_LEVELS = 8
_TIMES = (np.arange(_NUM_LEVELS) + 0.5) / _NUM_LEVELS
_SEED_OF_ERRORS = (20_000, 0)
_LARGEST_BATCH = 256


class DiffusionTask:
    """Gives a `Trainer` what it needs to train a `Diffusion` model.

    Args:
        model: `Diffusion`, compiled.
        images, labels: Arrays `(N, H, W, C)` of [-1, 1] and `(N,)` or None that the
            denoising error is measured on.
        sampling: dict of keyword arguments of `generate`, such as `steps`.

    Example:

    ```python
    task = DiffusionTask(model, test_images, test_labels, {"steps": 20})
    task.evaluate()  # {"error_0.06": 0.01, ...}
    ```
    """

    def __init__(self, model, images, labels, sampling):
        self.model = model
        self.sampling = sampling
        self._images, self._labels = images, labels
        self._levels = list(zip(*map(tf.unstack, model.schedule.level(_TIMES))))
        self._error = tf.function(self._error_of_batch, reduce_retracing=True)
        self._generate = tf.function(self._generate_batch, reduce_retracing=True)

    def evaluate(self):
        """Returns the error of the averaged weights at noise levels from low to high.

        It is the mean squared error of the estimate of the clean pixels, under the
        share of the schedule's time that has passed, and `error`, the mean of all.
        """
        errors = np.zeros(_NUM_LEVELS)
        for start in range(0, len(self._images), _LARGEST_BATCH):
            part = slice(start, start + _LARGEST_BATCH)
            labels = None if self._labels is None else self._labels[part]
            for k, level in enumerate(self._levels):
                found = self._error(self._images[part], labels, *level)
                errors[k] += float(found) * len(self._images[part])
        errors /= len(self._images)
        names = [f"error_{time:.2f}" for time in _TIMES]
        return {"error": float(errors.mean()), **dict(zip(names, errors.tolist()))}

    def generate(self, count, seed, labels=None, batch_size=100):
        """Makes images.

        Args:
            count: int.
            seed: int.
            labels: int array `(count,)` or None.
            batch_size: int. Images at a time.

        Returns:
            float32 array `(count, H, W, C)` in [-1, 1].
        """
        size, batches = batch_size, -(-count // batch_size)
        if labels is not None:
            labels = np.resize(labels, batches * size).astype("int32")
        images = [
            self._generate(
                size,
                tf.constant(batch_seed(seed, index)),
                None if labels is None else labels[index * size : (index + 1) * size],
            ).numpy()
            for index in range(batches)
        ]
        return np.concatenate(images)[:count]

    def _generate_batch(self, count, seed, labels):
        return generate(self.model, count, seed, labels=labels, **self.sampling)

    def _error_of_batch(self, images, labels, alpha, sigma):
        noise = tf.random.stateless_normal(tf.shape(images), _SEED_OF_ERRORS)
        denoise = self.model.denoiser(labels, clip=False)
        noisy = alpha * images + sigma * noise
        found = denoise(noisy, alpha, sigma, tf.zeros_like(images))
        return tf.reduce_mean(tf.square(found - images))
