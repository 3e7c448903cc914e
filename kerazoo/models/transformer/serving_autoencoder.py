"""The signatures of an exported masked autoencoder."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.autoencoder import Autoencoder
from kerazoo.models.transformer.image_files import decode_images
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.tracing import trace


class ServingAutoencoder:
    """Serves the encoder of a masked autoencoder: images in, vectors out.

    `embed`, the default, takes `images`, uint8 `(B, H, W, C)`; `embed_files`
    `image_bytes`, strings `(B,)` that are PNG, JPEG, GIF or BMP files of any size,
    which are brought to that of the model. Both return `embedding`, float32 `(B, D)`,
    the mean of the last hidden states of all patches.

    Args:
        model: `Autoencoder` of a `MaskedAutoencoder`, outside of any strategy.
        image_shape: `(H, W, C)`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_masked_autoencoder((8, 8, 1), network=network)
    serving = ServingAutoencoder(model, (8, 8, 1))
    serving.embed(tf.zeros((2, 8, 8, 1), tf.uint8))["embedding"]  # (2, 16)
    ```
    """

    def __init__(
        self,
        model: Autoencoder,
        image_shape: tuple[int, int, int],
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_autoencoder")
        self.module.weights = [weight.value for weight in self._network.weights]
        height, width, channels = image_shape
        self._shape = height, width, channels
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `embed`."""
        images = tf.TensorSpec((None, *self._shape), tf.uint8)
        embed = trace(self.embed, images=images)
        files = tf.TensorSpec((None,), tf.string)
        return {
            "serving_default": embed,
            "embed": embed,
            "embed_files": trace(self.embed_files, image_bytes=files),
        }

    def embed(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a vector of each image."""
        most = self._limits.max_images(self._shape)
        images = checked(images, [has_rows("images", images, most)])
        return self._embed(tf.cast(images, tf.float32))

    def embed_files(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a vector of each file of an image."""
        checks = [has_rows("image_bytes", image_bytes, self._limits.max_examples)]
        image_bytes = checked(image_bytes, checks)
        images = decode_images(image_bytes, self._shape, self._limits.max_pixels)
        return self._embed(images)

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        pixels = np.zeros(self._shape, "uint8")
        file = tf.io.encode_png(pixels).numpy()
        return {
            "serving_default": {"images": pixels[np.newaxis]},
            "embed_files": {"image_bytes": np.array([file], object)},
        }

    def _embed(self, pixels):
        return {"embedding": self._network.embed(pixels * (2 / 255) - 1)}
