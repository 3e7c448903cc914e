"""How wrong a diffusion model is at noise levels from low to high."""

import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion.diffusion import Diffusion

_NUM_LEVELS = 8
_TIMES = (np.arange(_NUM_LEVELS) + 0.5) / _NUM_LEVELS
_SEED = (20_000, 0)  # Of the noise, always the same.
_BATCH_SIZE = 256


class DenoisingMetric:
    """Measures what a model's averaged weights find of images under noise.

    Args:
        model: `Diffusion`.
        images: float32 array `(N, H, W, C)` in [-1, 1].
        labels: int array `(N,)`, or None for any class.

    Example:

    ```python
    DenoisingMetric(model, images).measure()  # {"error": 0.1, "error_0.06": ...}
    ```
    """

    def __init__(
        self, model: Diffusion, images: np.ndarray, labels: np.ndarray | None = None
    ):
        self.model = model
        self.images = images
        self.labels = labels
        self._levels = list(zip(*map(tf.unstack, model.schedule.level(_TIMES))))
        self._error = tf.function(
            self._error_of_batch, reduce_retracing=True, autograph=False
        )

    def measure(self) -> dict[str, float]:
        """Returns the mean squared error of the estimates of the clean pixels.

        Returns:
            dict of `error_0.06` to `error_0.94`, under the share of the schedule's time
            that has passed, and `error`, the mean of all.
        """
        errors = np.zeros(_NUM_LEVELS)
        for start in range(0, len(self.images), _BATCH_SIZE):
            part = slice(start, start + _BATCH_SIZE)
            images = self.images[part]
            labels = None if self.labels is None else self.labels[part]
            for k, level in enumerate(self._levels):
                errors[k] += float(self._error(images, labels, *level)) * len(images)
        errors /= len(self.images)
        names = [f"error_{time:.2f}" for time in _TIMES]
        return {"error": float(errors.mean()), **dict(zip(names, errors.tolist()))}

    def _error_of_batch(self, images, labels, alpha, sigma):
        noise = tf.random.stateless_normal(tf.shape(images), _SEED)
        denoise = self.model.denoiser(labels, clip=False)
        noisy = alpha * images + sigma * noise
        found = denoise(noisy, alpha, sigma, tf.zeros_like(images))
        return tf.reduce_mean(tf.square(found - images))
