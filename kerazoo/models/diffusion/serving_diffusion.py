"""The signatures of an exported diffusion model."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.editing.inpainting import inpaint
from kerazoo.models.diffusion.editing.sdedit import sdedit
from kerazoo.models.diffusion.generation import generate
from kerazoo.models.diffusion.generation import stateless_noise
from kerazoo.models.diffusion.samplers import SAMPLERS

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
        self, model: Diffusion, sampler: str = "dpm_solver_pp_2m", steps: int = 20
    ):
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_diffusion")
        network = model.average_network or model.network
        self.module.weights = [variable.value for variable in network.weights]
        self._model = model
        self._sampler = sampler
        self._steps = steps

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
        steps = self._checked(steps, label)
        labels = self._labels(label, count)
        images = generate(
            self._model, count, seed, steps, self._sampler, labels, guidance
        )
        return _outputs(images)

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
        steps = self._checked(steps, label)
        is_share = (strength >= 0) & (strength <= 1)
        message = "strength must be from 0 to 1:"
        with tf.control_dependencies(
            [tf.debugging.Assert(is_share, [message, strength])]
        ):
            strength = tf.identity(strength)
        denoise = self._denoiser(images, guidance, label)
        alphas, sigmas = self._model.schedule.steps(steps, dtype="float64")
        return _outputs(
            sdedit(
                SAMPLERS[self._sampler],
                denoise,
                _pixels(images),
                alphas,
                sigmas,
                strength,
                stateless_noise(seed),
            )
        )

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
        steps = self._checked(steps, label)
        denoise = self._denoiser(images, guidance, label)
        alphas, sigmas = self._model.schedule.steps(steps, dtype="float64")
        known, noise = _pixels(images), stateless_noise(seed)
        start = tf.cast(sigmas[0], tf.float32) * noise(-1, known)
        return _outputs(
            inpaint(
                denoise,
                start,
                alphas,
                sigmas,
                known,
                mask,
                noise,
                resamplings=_RESAMPLINGS,
            )
        )

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

    def _checked(self, steps, label):
        """Returns the steps; makes a wrong request an error, not some picture."""
        checks = [tf.debugging.Assert(steps > 0, ["steps must be positive:", steps])]
        max_steps = getattr(self._model.schedule, "num_train_steps", None)
        if max_steps is not None:
            message = f"steps must be at most {max_steps}, the levels of the model:"
            checks.append(tf.debugging.Assert(steps <= max_steps, [message, steps]))
        if label is not None:
            classes = self._model.num_classes
            message = f"label must be below {classes}, the classes of the model:"
            known = tf.reduce_all(label < classes)
            checks.append(tf.debugging.Assert(known, [message, label]))
        with tf.control_dependencies(checks):
            return tf.identity(steps)

    def _denoiser(self, images, guidance, label):
        labels = self._labels(label, tf.shape(images)[0])
        return self._model.denoiser(labels, guidance)

    def _labels(self, label, count):
        if label is None:
            return None
        none = self._model.num_classes
        return tf.broadcast_to(tf.where(label < 0, none, label), [count])

    def _trace(self, function, inputs):
        inputs = {
            **inputs,
            "seed": tf.TensorSpec((), tf.int32),
            "steps": tf.TensorSpec((), tf.int32),
        }
        if self._model.num_classes is not None:
            inputs["guidance"] = tf.TensorSpec((), tf.float32)
            inputs["label"] = tf.TensorSpec((None,), tf.int32)
        named = {k: tf.TensorSpec(v.shape, v.dtype, k) for k, v in inputs.items()}
        return tf.function(function, autograph=False).get_concrete_function(**named)


def _pixels(images):
    return tf.cast(images, tf.float32) * (2 / 255) - 1


def _outputs(images):
    pixels = tf.cast(tf.round((tf.clip_by_value(images, -1, 1) + 1) * 127.5), tf.uint8)
    return {"images": pixels, "png_bytes": tf.io.encode_png(pixels)}
