"""The signatures of an exported diffusion model."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion.denoiser import Denoiser
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.editing.inpainting import inpaint
from kerazoo.models.diffusion.editing.sdedit import sdedit
from kerazoo.models.diffusion.generation import generate
from kerazoo.models.diffusion.generation import stateless_noise
from kerazoo.models.diffusion.samplers import SAMPLERS
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace

_MOST_GUIDANCE = 100.0  # Far above what makes images better.
_RESAMPLINGS = 4  # Passes over each block of steps in inpainting.


class ServingDiffusion:
    """Serves a diffusion model: the whole loop of the sampler runs in the graph.

    `sample` makes `count` images from a `seed` in `steps` steps. `edit` changes the
    given `images`, the more the larger `strength` in (0, 1] is. `inpaint` keeps the
    pixels of `images` where `mask` `(B, H, W, 1)` is 1 and makes up the others. Models
    with classes also take `guidance` and `label`: one for all images or one for each,
    -1 for none in particular. Equal requests give equal images.

    Images are uint8 `(B, H, W, C)`; outputs are `images` and `png_bytes`, the same as
    files.

    Args:
        model: `Diffusion`, outside of any strategy.
        sampler: A key of `SAMPLERS`.
        steps: Steps of the requests of `example`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    serving = ServingDiffusion(model)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Diffusion,
        sampler: str = "dpm_solver_pp_2m",
        steps: int = 20,
        limits: Limits | None = None,
    ):
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_diffusion")
        network = model.average_network or model.network
        self.module.weights = [variable.value for variable in network.weights]
        self._model: typing.Any = _TracedOnce(model)
        self._sampler = sampler
        self._steps = steps
        limits = limits or Limits()
        self._most = limits.max_images(model.image_shape)
        # A model of so many noise levels has no more steps.
        levels = getattr(model.schedule, "num_train_steps", None)
        self._most_steps = min(limits.max_steps, levels or limits.max_steps)

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `sample`."""
        shape = self._model.image_shape
        count = {"count": tf.TensorSpec((), tf.int32)}
        images = {"images": tf.TensorSpec((None, *shape), tf.uint8)}
        mask = {"mask": tf.TensorSpec((None, *shape[:-1], 1), tf.float32)}
        strength = {"strength": tf.TensorSpec((), tf.float32)}
        sample = self._trace(self.sample, count)
        return {
            "serving_default": sample,
            "sample": sample,
            "edit": self._trace(self.edit, {**images, **strength}),
            "inpaint": self._trace(self.inpaint, {**images, **mask}),
        }

    def sample(
        self,
        count: tf.Tensor,
        seed: tf.Tensor,
        steps: tf.Tensor,
        guidance: float | tf.Tensor = 1.0,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns new images."""
        checks = [
            in_range("count", count, 0, self._most),
            *self._checks(steps, guidance, label, count, "`count`"),
        ]
        count, steps, guidance, label = checked((count, steps, guidance, label), checks)
        labels = self._labels(label, count)
        rows = tf.maximum(count, 1)
        images = generate(
            self._model, rows, seed, steps, self._sampler, labels, guidance
        )
        return _outputs(images[:count])

    def edit(
        self,
        images: tf.Tensor,
        strength: tf.Tensor,
        seed: tf.Tensor,
        steps: tf.Tensor,
        guidance: float | tf.Tensor = 1.0,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns variations of images."""
        checks = [
            *self._image_checks(images, steps, guidance, label),
            in_range("strength", strength, 0.0, 1.0),
        ]
        images, strength, steps, guidance, label = checked(
            (images, strength, steps, guidance, label), checks
        )
        denoise = self._denoiser(images, guidance, label)
        alphas, sigmas = self._model.schedule.steps(steps, dtype="float64")
        edited = sdedit(
            SAMPLERS[self._sampler],
            denoise,
            _pixels(with_a_row(images)),
            alphas,
            sigmas,
            strength,
            stateless_noise(seed),
        )
        return _outputs(edited[: tf.shape(images)[0]])

    def inpaint(
        self,
        images: tf.Tensor,
        mask: tf.Tensor,
        seed: tf.Tensor,
        steps: tf.Tensor,
        guidance: float | tf.Tensor = 1.0,
        label: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns images whose masked pixels are the given ones."""
        checks = [
            *self._image_checks(images, steps, guidance, label),
            has_rows_of("mask", mask, "`images`", tf.shape(images)[0], one=True),
            is_finite("mask", mask),
        ]
        images, mask, steps, guidance, label = checked(
            (images, mask, steps, guidance, label), checks
        )
        denoise = self._denoiser(images, guidance, label)
        alphas, sigmas = self._model.schedule.steps(steps, dtype="float64")
        known, noise = _pixels(with_a_row(images)), stateless_noise(seed)
        start = tf.cast(sigmas[0], tf.float32) * noise(-1, known)
        filled = inpaint(
            denoise,
            start,
            alphas,
            sigmas,
            known,
            with_a_row(mask),
            noise,
            resamplings=_RESAMPLINGS,
        )
        return _outputs(filled[: tf.shape(images)[0]])

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        shape = self._model.image_shape
        common = {"seed": np.array(0, "int32"), "steps": np.array(self._steps, "int32")}
        if self._model.num_classes is not None:
            common["guidance"] = np.array(1, "float32")
            common["label"] = np.array([0], "int32")
        images = {"images": np.zeros((1, *shape), "uint8")}
        mask = np.ones((1, *shape[:-1], 1), "float32")
        return {
            "serving_default": {"count": np.array(1, "int32"), **common},
            "edit": {**images, "strength": np.array(0.5, "float32"), **common},
            "inpaint": {**images, "mask": mask, **common},
        }

    def _image_checks(self, images, steps, guidance, label):
        count = tf.shape(images)[0]
        return [
            has_rows("images", images, self._most),
            *self._checks(steps, guidance, label, count, "`images`"),
        ]

    def _checks(self, steps, guidance, label, count, counted):
        checks = [in_range("steps", steps, 1, self._most_steps)]
        if label is not None:
            checks += [
                in_range("guidance", guidance, 0.0, _MOST_GUIDANCE),
                in_range("label", label, -1, self._model.num_classes - 1),
                has_rows_of("label", label, counted, count, one=True),
            ]
        return checks

    def _denoiser(self, images, guidance, label):
        labels = self._labels(label, tf.shape(images)[0])
        return self._model.denoiser(labels, guidance)

    def _labels(self, label, count):
        if label is None:
            return None
        none = self._model.num_classes
        return with_a_row(tf.broadcast_to(tf.where(label < 0, none, label), [count]))

    def _trace(self, function, inputs):
        inputs = {
            **inputs,
            "seed": tf.TensorSpec((), tf.int32),
            "steps": tf.TensorSpec((), tf.int32),
        }
        if self._model.num_classes is not None:
            inputs["guidance"] = tf.TensorSpec((), tf.float32)
            inputs["label"] = tf.TensorSpec((None,), tf.int32)
        return trace(function, **inputs)


class _TracedOnce:
    """A model whose network is one function of the graph, for all signatures."""

    def __init__(self, model):
        self._model = model
        self._function = tf.function(model, autograph=False, reduce_retracing=True)

    def __call__(self, inputs, average):
        return self._function(inputs, average=average)

    def __getattr__(self, name):
        return getattr(self._model, name)

    def denoiser(self, *arguments):
        return Denoiser(self, *arguments)


def _pixels(images):
    return tf.cast(images, tf.float32) * (2 / 255) - 1


def _outputs(images):
    pixels = tf.cast(tf.round((tf.clip_by_value(images, -1, 1) + 1) * 127.5), tf.uint8)
    return {"images": pixels, "png_bytes": tf.io.encode_png(pixels)}
