"""The signatures of an exported GAN."""

import functools
import math
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.generation import generate
from kerazoo.models.gan.generation import generate_from
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace


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
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    serving = ServingGAN(model)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(self, model: GAN, limits: Limits | None = None):
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_gan")
        networks = (model.average_generator or model.generator, model.discriminator)
        self.module.weights = [
            weight.value for network in networks for weight in network.weights
        ]
        self._model = model
        self._are_images = len(model.sample_shape) == 3
        limits = limits or Limits()
        self._most = limits.max_examples
        if self._are_images:
            self._most = limits.max_images(model.sample_shape)

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
        checks = [
            in_range("count", count, 0, self._most),
            in_range("truncation", truncation, 0, math.inf),
            *self._label_checks(label, count, "`count`", lowest=-1),
        ]
        count, truncation, label = checked((count, truncation, label), checks)
        bound = tf.where(truncation > 0, truncation, 100.0)
        rows = tf.maximum(count, 1)
        labels = _for_each(label, count)
        examples = generate(self._model, rows, seed, labels, bound)
        return self._outputs(examples[:count])

    def generate(
        self, latents: tf.Tensor, label: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        """Returns the examples of latents."""
        count = tf.shape(latents)[0]
        checks = [
            has_rows("latents", latents, self._most),
            is_finite("latents", latents),
            *self._label_checks(label, count, "`latents`"),
        ]
        latents, label = checked((latents, label), checks)
        rows = with_a_row(latents)
        examples = generate_from(self._model, rows, _for_each(label, count))[:count]
        examples = checked(examples, [gives_finite("latents", latents, examples)])
        return self._outputs(examples)

    def discriminate(
        self,
        images: tf.Tensor | None = None,
        samples: tf.Tensor | None = None,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns the logits of examples."""
        name, examples = (
            ("images", images) if self._are_images else ("samples", samples)
        )
        count = tf.shape(examples)[0]
        checks = [
            has_rows(name, examples, self._most),
            *([] if self._are_images else [is_finite(name, examples)]),
            *self._label_checks(label, count, f"`{name}`"),
        ]
        examples, label = checked((examples, label), checks)
        if self._are_images:
            examples = tf.cast(examples, tf.float32) * (2 / 255) - 1
        examples = with_a_row(examples)
        logits = self._model.discriminate(examples, _for_each(label, count))[:count]
        return {"logits": checked(logits, [gives_finite(name, examples, logits)])}

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

    def _label_checks(self, label, count, counted, lowest=0):
        if label is None:
            return []
        return [
            in_range("label", label, lowest, self._model.num_classes - 1),
            has_rows_of("label", label, counted, count, one=True),
        ]

    def _outputs(self, examples):
        if not self._are_images:
            return {"samples": examples}
        values = (tf.clip_by_value(examples, -1, 1) + 1) * 127.5
        pixels = tf.cast(tf.round(values), tf.uint8)
        return {"images": pixels, "png_bytes": tf.io.encode_png(pixels)}

    def _trace(self, function, inputs):
        if self._model.num_classes is not None:
            inputs = {**inputs, "label": tf.TensorSpec((None,), tf.int32)}
        return trace(function, **inputs)


def _for_each(label, count):
    """Returns a label for each of the examples, and one for those of none."""
    return None if label is None else with_a_row(tf.broadcast_to(label, [count]))
