"""The signatures of an exported masked autoencoder."""

import tensorflow as tf

from kerazoo.models.transformer.autoencoder import Autoencoder
from kerazoo.models.transformer.serving_images import ServingImages
from kerazoo.serving.limits import Limits


class ServingAutoencoder(ServingImages):
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
    serving.of_pixels(tf.zeros((2, 8, 8, 1), tf.uint8))["embedding"]  # (2, 16)
    ```
    """

    verb = "embed"

    def __init__(
        self,
        model: Autoencoder,
        image_shape: tuple[int, int, int],
        limits: Limits | None = None,
    ):
        super().__init__(model.chosen(), image_shape, limits)

    def answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a vector of each image."""
        return {"embedding": self._network.embed(images)}
