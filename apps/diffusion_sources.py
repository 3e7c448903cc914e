"""What makes images for an app: an exported diffusion model, or a run's checkpoint."""

import dataclasses
import json
import pathlib

from absl import flags

from apps import flags as shared
from apps import runner
from apps import served

with runner.heavy_imports("diffusion"):
    import numpy as np
    import tensorflow as tf

    from apps import train_diffusion
    from kerazoo.models.diffusion.diffusion import Diffusion
    from kerazoo.models.diffusion.editing.interpolation import slerp
    from kerazoo.models.diffusion.editing.inversion import invert
    from kerazoo.models.diffusion.generation import batch_seed
    from kerazoo.models.diffusion.generation import generate
    from kerazoo.models.diffusion.generation import stateless_noise
    from kerazoo.models.diffusion.samplers.ddim import ddim
    from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion

_FLAGS = flags.FLAGS
COUNT = flags.DEFINE_integer(
    "count",
    16,
    "Number of images; with --image of variations of each, then by default 1.",
    lower_bound=1,
)

flags.adopt_module_key_flags(served)
for _name in ("guidance", "sampler", "seed", "steps", "towers", "workdir"):
    flags.declare_key_flag(_name)

DEFAULTS = {
    "guidance": None,
    "sampler": None,
    "saved_model": "saved_models/diffusion_digits",
    "steps": None,
}
BATCH_SIZE = 100  # As apps.train_diffusion makes them: the same seed, the same images.
_REFINEMENTS = 3  # Of the inversion, per step.


@dataclasses.dataclass
class Request:
    """What images to make.

    Attributes:
        seed: int.
        steps: int. Steps of the sampler.
        guidance: float.
        labels: int32 array `(count,)`, -1 for no class in particular; None for models
            without classes.
    """

    seed: int
    steps: int
    guidance: float
    labels: np.ndarray | None

    def part(self, index, size):
        """Returns the request of the images of a batch."""
        labels = self.labels
        if labels is not None:
            labels = np.take(labels, np.arange(size) + index * size, mode="wrap")
        seed = batch_seed(self.seed, index)
        return dataclasses.replace(self, seed=seed, labels=labels)

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
    """Makes images with the newest version of `--saved_model`.

    Attributes:
        metadata: dict that apps.train_diffusion noted about the model.
        sampler: str. Name of the sampler.
        summary: dict of where the images come from, for the result.
    """

    def __init__(self):
        path = served.find_version("train_diffusion")
        self.metadata = served.read_metadata(path, "diffusion")
        self.sampler = self.metadata["sampler"]
        self.summary = {"saved_model": str(path)}
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
    """Makes images with the newest checkpoint of `--workdir`.

    Attributes:
        metadata, sampler, summary: See `Exported`.
    """

    def __init__(self):
        workdir = pathlib.Path(shared.WORKDIR.value)
        path = workdir / train_diffusion.MODEL_FILE
        if not path.exists():
            raise ValueError(
                f"--workdir={workdir} holds no {path.name}: train there with "
                "python -m apps.train_diffusion."
            )
        described = json.loads(path.read_text())
        self.metadata = described["metadata"]
        self.sampler = _FLAGS.sampler or self.metadata["sampler"]
        self.summary = {"workdir": str(workdir)}
        # Before TensorFlow runs anything.
        towers = train_diffusion.use_towers()
        self._config = {**described["config"], "towers": towers}

    def open(self):
        """Makes the model and restores its weights."""
        self._model = Diffusion.from_config(self._config)
        step = _restore(self._model, pathlib.Path(shared.WORKDIR.value))
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
        return to_bytes(images.numpy())

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
        alphas, sigmas = map(np.array, self._model.schedule.steps(request.steps))
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
            to_floats(pair), count, request.steps, request.guidance, labels
        )
        return to_bytes(images.numpy())

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


def check_source():
    """Refuses two models, and a sampler for one that has its own."""
    if shared.WORKDIR.value and _FLAGS["saved_model"].present:
        raise ValueError("--saved_model and --workdir are two models: give one.")
    if _FLAGS.sampler and not shared.WORKDIR.value:
        raise ValueError(
            f"--sampler={_FLAGS.sampler} needs a --workdir: an exported model has its "
            "own sampler."
        )


def make_source():
    """Returns what makes the images, of `--workdir` or `--saved_model`."""
    return Trained() if shared.WORKDIR.value else Exported()


def class_numbers(num_classes, names):
    """Returns the number of each class by its name and by its number, as a dict."""
    numbers = {str(i): i for i in range(num_classes)}
    return numbers | {name: i for i, name in enumerate(names or [])}


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
    return Request(shared.SEED.value, steps, guidance, labels)


def sample(source, count, request, batch_size=BATCH_SIZE):
    """Makes any number of images, uint8 `(count, H, W, C)`, batch by batch."""
    size = min(count, batch_size)
    batches = [
        source.sample(size, request.part(index, size))
        for index in range(-(-count // size))
    ]
    return np.concatenate(batches)[:count]


def to_bytes(images):
    """Returns images in [-1, 1] as uint8."""
    return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8)


def to_floats(images):
    """Returns uint8 images as float32 in [-1, 1]."""
    return images * np.float32(2 / 255) - np.float32(1)


def _seed(seed):
    return tf.constant(batch_seed(seed, 0))


def _restore(model, workdir):
    """Gives a model the weights of a run's newest checkpoint; returns its step.

    Only reads: the run may be going on.
    """
    paths = (workdir / "checkpoints").glob("*")
    path = max((p for p in paths if p.name.isdigit()), default=None)
    if path is None:
        raise ValueError(f"--workdir={workdir} holds no checkpoint yet.")
    # The trainer saves the model's variables first, then those of the optimizer.
    values = [variable.value for variable in model.variables]
    try:
        status = tf.train.Checkpoint(values=values).read(str(path / "variables"))
        status.assert_existing_objects_matched().expect_partial()
    except (AssertionError, IndexError, ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"--workdir={workdir} has a checkpoint {path.name} that cannot be read: "
            f"{error}"
        ) from error
    return int(path.name)
