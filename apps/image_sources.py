"""What makes images for an app: an exported model, or a run's checkpoint."""

import dataclasses
import json

from absl import flags

from apps import runner
from apps import served

with runner.heavy_imports("diffusion"):
    import keras
    import numpy as np
    import tensorflow as tf

    from kerazoo.training.batch_seed import batch_seed
    from kerazoo.training.workdir import write_text

COUNT = flags.DEFINE_integer(
    "count",
    16,
    "Number of images; with --image of variations of each, then by default 1.",
    lower_bound=1,
)


flags.adopt_module_key_flags(served)
for _name in ("seed", "workdir"):
    flags.declare_key_flag(_name)

BATCH_SIZE = 100  # As the training apps make them: the same seed, the same images.
MODEL_FILE = "model.json"  # In a run's folder: how to make its model again.


@dataclasses.dataclass
class Request:
    """What images to make, with a seed and a label for each.

    Attributes:
        seed: int.
        labels: int32 array `(count,)`, -1 for any class; None for models without
            classes.
    """

    seed: int
    labels: np.ndarray | None

    def part(self, index, size):
        """Returns the request of the images of a batch."""
        labels = self.labels
        if labels is not None:
            labels = np.take(labels, np.arange(size) + index * size, mode="wrap")
        seed = batch_seed(self.seed, index)
        return dataclasses.replace(self, seed=seed, labels=labels)


def write_model(workdir, model, family, metadata):
    """Notes in a run's folder how to make the model of its checkpoints again.

    Args:
        workdir: path of the folder.
        model: Keras model.
        family: str, such as `"diffusion"`.
        metadata: dict that JSON can hold, as an export has it.
    """
    config = keras.saving.serialize_keras_object(model)["config"]
    described = {"metadata": {"family": family, **metadata}, "config": config}
    write_text(workdir / MODEL_FILE, f"{json.dumps(described, indent=1)}\n")


def read_model(workdir):
    """Returns what `write_model` has noted, a dict of `metadata` and `config`.

    Raises:
        ValueError: If there is nothing.
    """
    path = workdir / MODEL_FILE
    if not path.exists():
        raise ValueError(
            f"--workdir={workdir} holds no {path.name}: train there with "
            "python -m apps.train_diffusion or apps.train_gan."
        )
    described = json.loads(path.read_text())
    described["metadata"].setdefault("family", "diffusion")
    return described


def class_numbers(num_classes, names):
    """Returns the number of each class by its name and by its number, as a dict."""
    numbers = {str(i): i for i in range(num_classes)}
    return numbers | {name: i for i, name in enumerate(names or [])}


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


def restore(model, workdir):
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
