"""GANs that make images: exported ones, or of a run."""

import dataclasses
import os
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.layers.slerp import slerp
from kerazoo.models.gan.latents import sample_latents
from kerazoo.models.gan.serving_gan import ServingGAN
from kerazoo.runs.description import make_model
from kerazoo.runs.description import read_description
from kerazoo.runs.loading import restore_weights
from kerazoo.serving import signatures
from kerazoo.serving.exporting import read_metadata
from kerazoo.serving.limits import UNLIMITED
from kerazoo.tasks import image_source


@dataclasses.dataclass(frozen=True)
class Request(image_source.Request):
    """Latents to make images of, see `kerazoo.tasks.image_source.Request`.

    Attributes:
        truncation: Largest number of a latent; 0 for no bound.
    """

    truncation: float = 0.0

    @classmethod
    def of_model(
        cls,
        metadata: dict[str, typing.Any],
        count: int,
        seed: int = 0,
        classes: typing.Sequence[int] | None = None,
        truncation: float = 0.0,
    ) -> "Request":
        """Returns the request of so many images.

        Args:
            metadata: Of the model; not used, all families take it.
            count: Number of images.
            seed: Of the latents.
            classes: Classes, to be taken in turn, or None.
            truncation: See `Request`.
        """
        labels = image_source.labels_in_turn(classes, count)
        return cls(seed, labels, truncation)

    def summary(self):
        return {"seed": self.seed, "truncation": self.truncation}

    def label(self) -> dict[str, tf.Tensor]:
        """Returns the labels as a served model takes them."""
        return {} if self.labels is None else {"label": tf.constant(self.labels)}

    def tensors(self) -> dict[str, tf.Tensor]:
        """Returns all of it as a served model takes it."""
        return {
            "seed": tf.constant(self.seed),
            "truncation": tf.constant(self.truncation, tf.float32),
            **self.label(),
        }


class _Source:
    """Makes images with the functions of a `ServingGAN`."""

    metadata: dict[str, typing.Any]
    summary: dict[str, typing.Any]
    _sample: typing.Callable[..., dict[str, tf.Tensor]]
    _generate: typing.Callable[..., dict[str, tf.Tensor]]

    def sample(self, count: int, request: Request) -> np.ndarray:
        """Returns new images, uint8 `(count, H, W, C)`."""
        found = self._sample(count=tf.constant(count), **request.tensors())
        return found["images"].numpy()

    def between(self, count: int, request: Request) -> np.ndarray:
        """Returns images on the way from a latent to another, uint8.

        The latents are the first of the seed and of the next one.
        """
        size = self.metadata["latent_size"]
        first, last = (
            sample_latents(1, size, seed, request.truncation or None)
            for seed in (request.seed, request.seed + 1)
        )
        latents = slerp(
            tf.repeat(first, count, axis=0),
            tf.repeat(last, count, axis=0),
            np.linspace(0, 1, count, dtype="float32"),
        )
        found = self._generate(latents=latents, **request.label())
        return found["images"].numpy()

    def denoising_errors(self, dataset: ImageDataset) -> dict[str, float]:
        """Returns nothing: a GAN estimates no images."""
        return {}


class Exported(_Source):
    """Makes images with an exported model, see `kerazoo.tasks.image_source`.

    Args:
        version: Folder of one version of a served model.
    """

    def __init__(self, version: str | os.PathLike):
        self.metadata = read_metadata(version)
        self.summary = {"saved_model": str(version)}
        self._version = version

    def open(self, request: Request | None = None) -> None:
        """Loads the model."""
        found = signatures.load_signatures(self._version)
        self._sample, self._generate = found["sample"], found["generate"]


class Trained(_Source):
    """Makes images with a run's newest checkpoint, see `kerazoo.tasks.image_source`.

    Args:
        folder: Folder of the run.
    """

    def __init__(self, folder: str | os.PathLike):
        self._described = read_description(folder)
        self.metadata = self._described["metadata"]
        self.summary = {"workdir": str(folder)}
        self._folder = folder

    def open(self, request: Request | None = None) -> None:
        """Makes the model and restores its weights."""
        model = make_model(self._described)
        step = restore_weights(model, self._folder, "newest")
        self.summary["checkpoint_step"] = step
        serving = ServingGAN(model, UNLIMITED)
        self._sample = tf.function(serving.sample, autograph=False)
        self._generate = tf.function(serving.generate, autograph=False)
