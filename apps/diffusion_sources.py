"""Diffusion models that make images for an app: exported ones, or of a run."""

import dataclasses

from absl import flags

from apps import flags as shared
from apps import image_sources as sources
from apps import runner
from apps import served

with runner.heavy_imports("diffusion"):
    import numpy as np
    import tensorflow as tf

    from apps import train_diffusion
    from kerazoo.layers.slerp import slerp
    from kerazoo.models.diffusion.diffusion import Diffusion
    from kerazoo.models.diffusion.editing.inversion import invert
    from kerazoo.models.diffusion.generation import generate
    from kerazoo.models.diffusion.generation import stateless_noise
    from kerazoo.models.diffusion.samplers.ddim import ddim
    from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion
    from kerazoo.training.batch_seed import batch_seed

_FLAGS = flags.FLAGS
_SPACING = flags.DEFINE_string(
    "spacing",
    None,
    "How the noise levels of a --workdir's model are spaced, such as balanced. "
    "Default: that of its schedule.",
)

FLAGS = ("guidance", "sampler", "spacing", "steps", "towers")  # Of this family alone.
for _name in FLAGS:
    flags.declare_key_flag(_name)

DEFAULTS = {"guidance": None, "sampler": None, "steps": None}
_REFINEMENTS = 3  # Of the inversion, per step.


@dataclasses.dataclass
class Request(sources.Request):
    """Noise to make images of, and how.

    Attributes:
        steps: int. Steps of the sampler.
        guidance: float.
    """

    steps: int
    guidance: float

    def summary(self):
        """Returns what results say about it, as a dict."""
        return {"seed": self.seed, "steps": self.steps, "guidance": self.guidance}

    def tensors(self):
        """Returns it as a served model takes it."""
        tensors = {"seed": _seed(self.seed), "steps": tf.constant(self.steps)}
        if self.labels is not None:
            tensors["guidance"] = tf.constant(self.guidance, tf.float32)
            tensors["label"] = tf.constant(self.labels)
        return tensors


class Exported:
    """Makes images with an exported model.

    Args:
        path: path of a version of a served model.
        metadata: dict that apps.train_diffusion noted about it.

    Attributes:
        metadata: dict.
        sampler: str. Name of the sampler.
        summary: dict of where the images come from, for the result.
    """

    def __init__(self, path, metadata):
        self.metadata = metadata
        self.sampler = self.metadata["sampler"]
        self.summary = {"sampler": self.sampler, "saved_model": str(path)}
        self._path = path

    def open(self):
        """Loads the model."""
        self._signatures = served.load_signatures(self._path)

    def sample(self, count, request):
        """Returns new images, uint8 `(count, H, W, C)`."""
        sample = self._signatures["serving_default"]
        found = sample(count=tf.constant(count), **request.tensors())
        return found["images"].numpy()

    def denoising_errors(self, dataset):
        """Returns nothing: a served model makes images, and estimates none."""
        return {}

    def edit(self, name, request, **inputs):
        """Returns what the signature `edit` or `inpaint` makes of its inputs, uint8."""
        inputs = {key: tf.constant(value) for key, value in inputs.items()}
        found = self._signatures[name](**inputs, **request.tensors())
        return found["images"].numpy()


class Trained:
    """Makes images with the newest checkpoint of a run.

    Args:
        workdir: path of the run's folder.
        described: dict of `metadata` and the model's `config`.

    Attributes:
        metadata, sampler, summary: See `Exported`.
    """

    def __init__(self, workdir, described):
        self.metadata = described["metadata"]
        self.sampler = _FLAGS.sampler or self.metadata["sampler"]
        self.summary = {"sampler": self.sampler, "workdir": str(workdir)}
        self._workdir = workdir
        guidance = _FLAGS.guidance
        guidance = self.metadata["guidance"] if guidance is None else guidance
        # Guidance shows the network each image twice.
        examples = sources.COUNT.value * (1 if guidance == 1 else 2)
        # Before TensorFlow runs anything.
        towers = train_diffusion.use_towers(examples)
        self._config = {**described["config"], "towers": towers}

    def open(self):
        """Makes the model and restores its weights."""
        self._model = Diffusion.from_config(self._config)
        self._model.schedule.steps(
            _FLAGS.steps or self.metadata["steps"], _SPACING.value
        )  # Checks it.
        step = sources.restore(self._model, self._workdir)
        self.summary["checkpoint_step"] = step
        self._generate = tf.function(self._generate, reduce_retracing=True)
        self._between = tf.function(self._between)

    def sample(self, count, request):
        """Returns new images, uint8 `(count, H, W, C)`."""
        images = self._generate(
            count,
            _seed(request.seed),
            request.steps,
            request.guidance,
            self._labels(request),
        )
        return sources.to_bytes(images.numpy())

    def states(self, count, request, record_every):
        """Returns the states of new images, float `(K, count, H, W, C)`, noise first.

        States of other than unit variance are scaled to it, to be looked at.
        """
        _, states = self._generate(
            count,
            _seed(request.seed),
            request.steps,
            request.guidance,
            self._labels(request),
            record_every,
        )
        levels = self._model.schedule.steps(request.steps, _SPACING.value)
        alphas, sigmas = map(np.array, levels)
        start = stateless_noise(_seed(request.seed))(-1, states[0]) * sigmas[0]
        states = np.concatenate([start[np.newaxis], states])
        levels = np.minimum(np.arange(len(states)) * record_every, request.steps)
        scales = np.maximum(np.hypot(alphas, sigmas)[levels], 1)
        return states / scales.reshape(-1, 1, 1, 1, 1)

    def denoising_errors(self, dataset):
        """Returns the errors of the estimates at noise levels from low to high."""
        return train_diffusion.denoising_errors(
            train_diffusion.make_task(self._model, dataset, sampling={})
        )

    def edit(self, name, request, **inputs):
        """Returns what the signature `edit` or `inpaint` makes of its inputs, uint8."""
        inputs = {key: tf.constant(value) for key, value in inputs.items()}
        edit = tf.function(getattr(ServingDiffusion(self._model, self.sampler), name))
        return edit(**inputs, **request.tensors())["images"].numpy()

    def between(self, pair, count, request):
        """Returns images from one to another, uint8 `(count, H, W, C)`."""
        labels = self._labels(request)
        images = self._between(
            sources.to_floats(pair), count, request.steps, request.guidance, labels
        )
        return sources.to_bytes(images.numpy())

    def _labels(self, request):
        if request.labels is None:
            return None
        none = self._model.num_classes
        return tf.constant(np.where(request.labels < 0, none, request.labels))

    def _generate(self, count, seed, steps, guidance, labels, record_every=None):
        return generate(
            self._model,
            count,
            seed,
            steps,
            self.sampler,
            labels=labels,
            guidance=guidance,
            record_every=record_every,
            frozen=True,
            spacing=_SPACING.value,
        )

    def _between(self, pair, count, steps, guidance, labels):
        ends = None if labels is None else tf.stack([labels[0], labels[-1]])
        levels = self._model.schedule.steps(steps, dtype="float64")
        noise = invert(
            self._model.denoiser(ends, guidance), pair, *levels, _REFINEMENTS
        )
        noise = slerp(
            *(tf.repeat(end[tf.newaxis], count, axis=0) for end in tf.unstack(noise)),
            np.linspace(0, 1, count, dtype="float32"),
        )
        return ddim(self._model.denoiser(labels, guidance), noise, *levels)


def make_request(metadata, count, classes):
    """Returns the `Request` of the flags.

    Args:
        metadata: dict of the model.
        count: int. Number of images.
        classes: List of int to be taken in turn, or None.
    """
    steps, guidance = _FLAGS.steps, _FLAGS.guidance
    steps = metadata["steps"] if steps is None else steps
    guidance = metadata["guidance"] if guidance is None else guidance
    most = metadata.get("max_steps")
    if most is not None and steps > most:
        raise ValueError(
            f"--steps={steps} must be at most {most}, the noise levels of this model."
        )
    if guidance != 1 and classes is None:
        raise ValueError(
            f"--guidance={guidance:g} needs a model with classes, which this one has "
            "not: leave it at 1."
        )
    labels = None if classes is None else np.resize(classes, count).astype("int32")
    if labels is not None and (labels < 0).all():  # Nothing to guide to.
        if _FLAGS["guidance"].present and guidance != 1:
            raise ValueError(f"--guidance={guidance:g} needs a --label to guide to.")
        guidance = 1.0
    return Request(shared.SEED.value, labels, steps, guidance)


def _seed(seed):
    return tf.constant(batch_seed(seed, 0))
