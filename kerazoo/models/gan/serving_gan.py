"""The signatures of an exported GAN."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.generation import generate
from kerazoo.models.gan.generation import generate_from


class ServingGAN:
    """Serves a GAN: seeds or latents in, examples out, and what the discriminator says.

    `sample` makes `count` examples from a `seed`, with latents cut off at `truncation`
    (0 for not at all). `generate` makes those of given `latents` `(B, Z)`.
    `discriminate` returns the `logits` `(B,)` of given examples, large for real. With
    classes all take `label`: one for all examples or one for each; -1 in `sample` for
    any. Equal requests give equal examples.

    Examples that are images `(H, W, C)` are uint8 `images` `(B, H, W, C)`, with
    `png_bytes`, the same as files; others are float32 `samples`.

    Args:
        model: `GAN`, outside of any strategy.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    serving = ServingGAN(model)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(self, model: GAN):
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_gan")
        networks = (model.average_generator or model.generator, model.discriminator)
        self.module.weights = [
            weight.value for network in networks for weight in network.weights
        ]
        self._model = model
        self._are_images = len(model.sample_shape) == 3

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `sample`."""
        shape = (None, *self._model.sample_shape)
        examples = {"samples": tf.TensorSpec(shape, tf.float32)}
        if self._are_images:
            examples = {"images": tf.TensorSpec(shape, tf.uint8)}
        latents = tf.TensorSpec((None, self._model.latent_size), tf.float32)
        scalars = {
            "count": tf.TensorSpec((), tf.int32),
            "seed": tf.TensorSpec((), tf.int32),
            "truncation": tf.TensorSpec((), tf.float32),
        }
        sample = self._trace(self.sample, scalars)
        return {
            "serving_default": sample,
            "sample": sample,
            "generate": self._trace(self.generate, {"latents": latents}),
            "discriminate": self._trace(self.discriminate, examples),
        }

    def sample(
        self,
        count: tf.Tensor,
        seed: tf.Tensor,
        truncation: float | tf.Tensor = 0.0,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns new examples."""
        check = tf.debugging.Assert(truncation >= 0, ["truncation below 0", truncation])
        with tf.control_dependencies([check]):
            bound = tf.where(truncation > 0, truncation, 100.0)
        labels = self._labels(label, count, lowest=-1)
        return self._outputs(generate(self._model, count, seed, labels, bound))

    def generate(
        self, latents: tf.Tensor, label: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        """Returns the examples of latents."""
        labels = self._labels(label, tf.shape(latents)[0])
        return self._outputs(generate_from(self._model, latents, labels))

    def discriminate(
        self,
        images: tf.Tensor | None = None,
        samples: tf.Tensor | None = None,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns the logits of examples."""
        examples = samples
        if self._are_images:
            examples = tf.cast(images, tf.float32) * (2 / 255) - 1
        labels = self._labels(label, tf.shape(examples)[0])
        return {"logits": self._model.discriminate(examples, labels)}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        shape = (1, *self._model.sample_shape)
        label = {}
        if self._model.num_classes is not None:
            label = {"label": np.array([0], "int32")}
        examples = {"samples": np.zeros(shape, "float32")}
        if self._are_images:
            examples = {"images": np.zeros(shape, "uint8")}
        latents = np.zeros((1, self._model.latent_size), "float32")
        return {
            "serving_default": {
                "count": np.array(1, "int32"),
                "seed": np.array(0, "int32"),
                "truncation": np.array(0, "float32"),
                **label,
            },
            "generate": {"latents": latents, **label},
            "discriminate": {**examples, **label},
        }

    def _labels(self, label, count, lowest=0):
        """Returns a label for each example; makes a wrong one an error."""
        if label is None:
            return None
        classes = self._model.num_classes
        message = f"label must be from {lowest} to {classes - 1}, the model's classes:"
        known = tf.reduce_all((label >= lowest) & (label < classes))
        with tf.control_dependencies([tf.debugging.Assert(known, [message, label])]):
            return tf.broadcast_to(label, [count])

    def _outputs(self, examples):
        if not self._are_images:
            return {"samples": examples}
        values = (tf.clip_by_value(examples, -1, 1) + 1) * 127.5
        pixels = tf.cast(tf.round(values), tf.uint8)
        return {"images": pixels, "png_bytes": tf.io.encode_png(pixels)}

    def _trace(self, function, inputs):
        if self._model.num_classes is not None:
            inputs = {**inputs, "label": tf.TensorSpec((None,), tf.int32)}
        named = {k: tf.TensorSpec(v.shape, v.dtype, k) for k, v in inputs.items()}
        return tf.function(function, autograph=False).get_concrete_function(**named)
