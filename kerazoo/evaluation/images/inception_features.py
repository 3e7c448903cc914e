"""Features of Inception, trained on ImageNet."""

import os

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.digest import array_digest
from kerazoo.evaluation.in_batches import in_batches

_SIDE = 299  # Pixels.


class InceptionFeatures:
    """The 2,048 pooled features of Keras's InceptionV3.

    Images are scaled to 299x299 with a bicubic antialiased filter; grey ones become
    RGB. The weights are Keras's, not those of the network of 2015 that published FIDs
    are measured with: distances are of the same kind, not of the same size.

    Args:
        weights: str. `"imagenet"`, downloaded once to Keras's folder, or the path of a
            file of weights of the network without top.
        batch_size: int. Images at a time.

    Attributes:
        name: str. What results say they were measured with.
        key: str. Tells extractors apart in names of files.

    Raises:
        OSError: If the weights cannot be had.

    Example, which downloads the weights:

    ```text
    features = InceptionFeatures()(np.zeros((8, 32, 32, 3), "float32"))  # (8, 2048)
    ```
    """

    def __init__(self, weights: str | os.PathLike = "imagenet", batch_size: int = 64):
        try:
            self._network = keras.applications.InceptionV3(
                include_top=False,
                weights=weights,
                input_shape=(_SIDE, _SIDE, 3),
                pooling="avg",
            )
        except Exception as error:  # Keras raises a bare one for failed downloads.
            reason = " ".join(str(error).split())[:200]
            raise OSError(
                f"The weights of InceptionV3 cannot be had: {reason}. "
                f"Received: weights={weights}"
            ) from error
        self.name = "InceptionV3 of Keras (ImageNet)"
        if weights != "imagenet":
            self.name = f"InceptionV3 of Keras ({weights})"
        self.key = f"inception-{array_digest(*self._network.get_weights())}"
        self.batch_size = batch_size
        self._features = tf.function(self._call, reduce_retracing=True, autograph=False)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Returns the features of images.

        Args:
            images: float array `(N, H, W, C)` with values from -1 to 1, C 1 or 3.

        Returns:
            float32 array `(N, 2048)`.
        """
        return in_batches(self._features, images, self.batch_size)

    def _call(self, images):
        if images.shape[-1] == 1:
            images = tf.repeat(images, 3, axis=-1)
        if images.shape[1:3] != (_SIDE, _SIDE):
            images = tf.image.resize(
                images, (_SIDE, _SIDE), method="bicubic", antialias=True
            )
        # A bicubic filter overshoots at edges.
        return self._network(tf.clip_by_value(images, -1, 1), training=False)
