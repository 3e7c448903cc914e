"""Diffusion models that make images: exported ones, or of a run."""

import dataclasses
import os
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.layers.slerp import slerp
from kerazoo.models.diffusion.editing.inversion import invert
from kerazoo.models.diffusion.generation import generate
from kerazoo.models.diffusion.generation import generate_states
from kerazoo.models.diffusion.generation import stateless_noise
from kerazoo.models.diffusion.samplers.ddim import ddim
from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion
from kerazoo.runs.description import make_model
from kerazoo.runs.description import read_description
from kerazoo.runs.loading import restore_weights
from kerazoo.serving import signatures
from kerazoo.serving.exporting import read_metadata
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks import image_source
from kerazoo.tasks.diffusion.denoising import denoising_errors
from kerazoo.tasks.diffusion.denoising import denoising_metric
from kerazoo.training.batch_seed import batch_seed

_REFINEMENTS = 3  # Of the inversion, per step.


@dataclasses.dataclass(frozen=True)
class Request(image_source.Request):
    """Noise to make images of, and how, see `kerazoo.tasks.image_source.Request`.

    Attributes:
        steps: Steps of the sampler.
        guidance: More than 1 makes images more typical of their label.
    """

    steps: int = 20
    guidance: float = 1.0

    @classmethod
    def of_model(
        cls,
        metadata: dict[str, typing.Any],
        count: int,
        seed: int = 0,
        classes: typing.Sequence[int] | None = None,
        steps: int | None = None,
        guidance: float | None = None,
    ) -> "Request":
        """Returns the request of so many images of a model.

        Args:
            metadata: Of the model.
            count: Number of images.
            seed: Of the noise.
            classes: Classes, to be taken in turn, -1 for none in particular; None for a
                model without classes.
            steps, guidance: See `Request`. Default: those of the model's training.

        Raises:
            ValueError: If the model has not as many noise levels, or there is no class
                to guide to.
        """
        wanted = guidance
        steps = metadata["steps"] if steps is None else steps
        guidance = metadata["guidance"] if guidance is None else guidance
        most = metadata.get("max_steps")
        if most is not None and steps > most:
            raise ValueError(
                f"`steps` must be at most {most}, the noise levels of this model. "
                f"Received: steps={steps}"
            )
        if guidance != 1 and classes is None:
            raise ValueError(
                "`guidance` needs a model with classes, which this one has not: leave "
                f"it at 1. Received: guidance={guidance:g}"
            )
        labels = image_source.labels_in_turn(classes, count)
        if labels is not None and (labels < 0).all():  # Nothing to guide to.
            if wanted is not None and wanted != 1:
                raise ValueError(
                    "`guidance` needs a `label` to guide to. "
                    f"Received: guidance={guidance:g}"
                )
            guidance = 1.0
        return cls(seed, labels, steps, guidance)

    def summary(self):
        return {"seed": self.seed, "steps": self.steps, "guidance": self.guidance}

    def tensors(self) -> dict[str, tf.Tensor]:
        """Returns it as a served model takes it."""
        tensors = {"seed": _seed(self.seed), "steps": tf.constant(self.steps)}
        if self.labels is not None:
            tensors["guidance"] = tf.constant(self.guidance, tf.float32)
            tensors["label"] = tf.constant(self.labels)
        return tensors


class Exported:
    """Makes images with an exported model, see `kerazoo.tasks.image_source`.

    Args:
        version: Folder of one version of a served model.

    Attributes:
        sampler: str. Name of the sampler.
    """

    def __init__(self, version: str | os.PathLike):
        self.metadata = read_metadata(version)
        self.sampler = self.metadata["sampler"]
        self.summary = {"sampler": self.sampler, "saved_model": str(version)}
        self._version = version

    def open(self, request: Request | None = None) -> None:
        """Loads the model."""
        self._signatures = signatures.load_signatures(self._version)

    def sample(self, count: int, request: Request) -> np.ndarray:
        """Returns new images, uint8 `(count, H, W, C)`."""
        sample = self._signatures["serving_default"]
        found = sample(count=tf.constant(count), **request.tensors())
        return found["images"].numpy()

    def denoising_errors(self, dataset: ImageDataset) -> dict[str, float]:
        """Returns nothing: a served model makes images, and estimates none."""
        return {}

    def edit(self, name: str, request: Request, **inputs: np.ndarray) -> np.ndarray:
        """Returns what the signature `edit` or `inpaint` makes of its inputs, uint8."""
        inputs = {key: tf.constant(value) for key, value in inputs.items()}
        found = self._signatures[name](**inputs, **request.tensors())
        return found["images"].numpy()


class Trained:
    """Makes images with a run's newest checkpoint, see `kerazoo.tasks.image_source`.

    Args:
        folder: Folder of the run.
        sampler: A key of `kerazoo.models.diffusion.samplers.SAMPLERS`. Default: that of
            the training.
        spacing: How the noise levels are spaced, see the model's schedule.
        towers: Parts of a batch that run side by side.

    Attributes:
        sampler: str. Name of the sampler.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        sampler: str | None = None,
        spacing: str | None = None,
        towers: int = 1,
    ):
        self._described = read_description(folder)
        self.metadata = self._described["metadata"]
        self.sampler = sampler or self.metadata["sampler"]
        self.summary = {"sampler": self.sampler, "workdir": str(folder)}
        self._folder = folder
        self._spacing = spacing
        self._towers = towers

    def open(self, request: Request | None = None) -> None:
        """Makes the model and restores its weights."""
        self._model = make_model(self._described, towers=self._towers)
        steps = self.metadata["steps"] if request is None else request.steps
        self._model.schedule.steps(steps, self._spacing)  # Checks both.
        step = restore_weights(self._model, self._folder, "newest")
        self.summary["checkpoint_step"] = step
        self._generate = tf.function(
            self._images_of, reduce_retracing=True, autograph=False
        )
        self._between = tf.function(self._images_between, autograph=False)

    def sample(self, count: int, request: Request) -> np.ndarray:
        """Returns new images, uint8 `(count, H, W, C)`."""
        images = self._generate(
            *(count, _seed(request.seed), request.steps, request.guidance),
            self._labels(request),
        )
        return image_source.to_bytes(images.numpy())

    def states(self, count: int, request: Request, record_every: int) -> np.ndarray:
        """Returns the states of new images, float `(K, count, H, W, C)`, noise first.

        States of other than unit variance are scaled to it, to be looked at.
        """
        states = self._generate(
            *(count, _seed(request.seed), request.steps, request.guidance),
            self._labels(request),
            record_every,
        )
        levels = self._model.schedule.steps(request.steps, self._spacing)
        alphas, sigmas = map(np.array, levels)
        start = stateless_noise(_seed(request.seed))(-1, states[0]) * sigmas[0]
        states = np.concatenate([start[np.newaxis], states])
        levels = np.minimum(np.arange(len(states)) * record_every, request.steps)
        scales = np.maximum(np.hypot(alphas, sigmas)[levels], 1)
        return states / scales.reshape(-1, 1, 1, 1, 1)

    def denoising_errors(self, dataset: ImageDataset) -> dict[str, float]:
        """Returns the errors of the estimates at noise levels from low to high."""
        return denoising_errors(denoising_metric(self._model, dataset))

    def edit(self, name: str, request: Request, **inputs: np.ndarray) -> np.ndarray:
        """Returns what the signature `edit` or `inpaint` makes of its inputs, uint8."""
        inputs = {key: tf.constant(value) for key, value in inputs.items()}
        serving = ServingDiffusion(self._model, self.sampler, limits=UNLIMITED)
        edit = tf.function(getattr(serving, name), autograph=False)
        return edit(**inputs, **request.tensors())["images"].numpy()

    def between(self, pair: np.ndarray, count: int, request: Request) -> np.ndarray:
        """Returns images from one to another, uint8 `(count, H, W, C)`.

        Args:
            pair: uint8 array `(2, H, W, C)`.
            count: Number of images, with both ends.
            request: Its labels are of one class.
        """
        images = self._between(
            *(image_source.to_floats(pair), count, request.steps, request.guidance),
            self._labels(request),
        )
        return image_source.to_bytes(images.numpy())

    def _labels(self, request):
        if request.labels is None:
            return None
        none = self._model.num_classes
        return tf.constant(np.where(request.labels < 0, none, request.labels))

    def _images_of(self, count, seed, steps, guidance, labels, record_every=None):
        arguments = {
            "sampler": self.sampler,
            "labels": labels,
            "guidance": guidance,
            "frozen": True,
            "spacing": self._spacing,
        }
        if record_every is None:
            return generate(self._model, count, seed, steps, **arguments)
        return generate_states(
            self._model, count, seed, steps, record_every, **arguments
        )

    def _images_between(self, pair, count, steps, guidance, labels):
        ends = None if labels is None else tf.stack([labels[0], labels[-1]])
        levels = self._model.schedule.steps(steps, dtype="float64")
        denoise = self._model.denoiser(ends, guidance)
        noise = invert(denoise, pair, *levels, _REFINEMENTS)
        noise = slerp(
            *(tf.repeat(end[tf.newaxis], count, axis=0) for end in tf.unstack(noise)),
            np.linspace(0, 1, count, dtype="float32"),
        )
        return ddim(self._model.denoiser(labels, guidance), noise, *levels)


def _seed(seed):
    return tf.constant(batch_seed(seed, 0))
