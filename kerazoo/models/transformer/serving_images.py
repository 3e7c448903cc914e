"""What the signatures of exported models that see images share."""

import abc
import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.image_files import decode_images
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.tracing import trace


class ServingImages(abc.ABC):
    """Base class of what takes images as pixels, or as files of any size.

    A subclass says in `verb` what the signatures are called: the default takes
    `images`, uint8 `(B, H, W, C)`, and `<verb>_files` takes `image_bytes`, strings
    `(B,)` that are PNG, JPEG, GIF or BMP files, which are brought to the size of the
    model.

    Args:
        network: Keras model of images, outside of any strategy.
        image_shape: `(H, W, C)`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.
    """

    verb: str

    def __init__(
        self,
        network: keras.Model,
        image_shape: tuple[int, int, int],
        limits: Limits | None = None,
    ):
        self._network = network
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_images")
        self.module.weights = [weight.value for weight in network.weights]
        height, width, channels = image_shape
        self._shape = height, width, channels
        self._limits = limits or Limits()

    @abc.abstractmethod
    def answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for images, float32 `(B, H, W, C)` from -1 to 1."""

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is of pixels."""
        images = tf.TensorSpec((None, *self._shape), tf.uint8)
        files = tf.TensorSpec((None,), tf.string)
        of_pixels = trace(self.of_pixels, images=images)
        return {
            "serving_default": of_pixels,
            self.verb: of_pixels,
            f"{self.verb}_files": trace(self.of_files, image_bytes=files),
        }

    def of_pixels(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for images, uint8 `(B, H, W, C)`."""
        most = self._limits.max_images(self._shape)
        images = checked(images, [has_rows("images", images, most)])
        return self.answer(_scaled(tf.cast(images, tf.float32)))

    def of_files(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for files of images, strings `(B,)`."""
        checks = [has_rows("image_bytes", image_bytes, self._limits.max_examples)]
        image_bytes = checked(image_bytes, checks)
        images = decode_images(image_bytes, self._shape, self._limits.max_pixels)
        return self.answer(_scaled(images))

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        pixels = np.zeros(self._shape, "uint8")
        file = tf.io.encode_png(pixels).numpy()
        return {
            "serving_default": {"images": pixels[np.newaxis]},
            f"{self.verb}_files": {"image_bytes": np.array([file], object)},
        }


def _scaled(pixels):
    return pixels * (2 / 255) - 1
