"""GANs that make images for an app: exported ones, or of a run."""

import dataclasses

from absl import flags

from apps import flags as shared
from apps import image_sources as sources
from apps import runner
from apps import served

with runner.heavy_imports("gan"):
    import numpy as np
    import tensorflow as tf

    import kerazoo.models.gan.networks  # noqa: F401, so that configs find them.
    from kerazoo.layers.slerp import slerp
    from kerazoo.models.gan.gan import GAN
    from kerazoo.models.gan.latents import sample_latents
    from kerazoo.models.gan.serving_gan import ServingGAN

_TRUNCATION = flags.DEFINE_float(
    "truncation",
    0.0,
    "GAN: largest number of a latent, such as 0.7: less makes images that are better "
    "and more alike. 0 for no bound.",
    lower_bound=0.0,
)

FLAGS = ("truncation",)  # Of this family alone.
DEFAULTS = {}


@dataclasses.dataclass
class Request(sources.Request):
    """Latents to make images of.

    Attributes:
        truncation: float.
    """

    truncation: float

    def summary(self):
        """Returns what results say about it, as a dict."""
        return {"seed": self.seed, "truncation": self.truncation}

    def label(self):
        """Returns the labels as a served model takes them, as a dict."""
        return {} if self.labels is None else {"label": tf.constant(self.labels)}

    def tensors(self):
        """Returns all of it as a served model takes it."""
        return {
            "seed": tf.constant(self.seed),
            "truncation": tf.constant(self.truncation, tf.float32),
            **self.label(),
        }


class Source:
    """Makes images with the functions of a `ServingGAN`.

    Attributes:
        metadata: dict that apps.train_gan noted about the model.
        summary: dict of where the images come from, for the result.
    """

    def sample(self, count, request):
        """Returns new images, uint8 `(count, H, W, C)`."""
        found = self._sample(count=tf.constant(count), **request.tensors())
        return found["images"].numpy()

    def between(self, count, request):
        """Returns images on the way from a latent to another, uint8.

        The latents are the first of the seed and of the next one.
        """
        size = self.metadata["latent_size"]
        ends = [
            sample_latents(1, size, seed, request.truncation or None)
            for seed in (request.seed, request.seed + 1)
        ]
        latents = slerp(
            *(tf.repeat(end, count, axis=0) for end in ends),
            np.linspace(0, 1, count, dtype="float32"),
        )
        found = self._generate(latents=latents, **request.label())
        return found["images"].numpy()

    def denoising_errors(self, dataset):
        """Returns nothing: a GAN estimates no images."""
        return {}


class Exported(Source):
    """Makes images with an exported model.

    Args:
        path: path of a version of a served model.
        metadata: dict that apps.train_gan noted about it.
    """

    def __init__(self, path, metadata):
        self.metadata = metadata
        self.summary = {"saved_model": str(path)}
        self._path = path

    def open(self):
        """Loads the model."""
        signatures = served.load_signatures(self._path)
        self._sample, self._generate = signatures["sample"], signatures["generate"]


class Trained(Source):
    """Makes images with the newest checkpoint of a run.

    Args:
        workdir: path of the run's folder.
        described: dict of `metadata` and the model's `config`.
    """

    def __init__(self, workdir, described):
        self.metadata = described["metadata"]
        self.summary = {"workdir": str(workdir)}
        self._workdir = workdir
        self._config = described["config"]

    def open(self):
        """Makes the model and restores its weights."""
        model = GAN.from_config(self._config)
        step = sources.restore(model, self._workdir)
        self.summary["checkpoint_step"] = step
        serving = ServingGAN(model)
        self._sample = tf.function(serving.sample)
        self._generate = tf.function(serving.generate)


def make_request(metadata, count, classes):
    """Returns the `Request` of the flags.

    Args:
        metadata: dict of the model.
        count: int. Number of images.
        classes: List of int to be taken in turn, or None.
    """
    labels = None if classes is None else np.resize(classes, count).astype("int32")
    return Request(shared.SEED.value, labels, _TRUNCATION.value)
