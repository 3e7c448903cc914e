"""What makes the images of `apps.generate` and `apps.evaluate`."""

import pathlib

from absl import flags

from apps.cli import exports
from apps.cli import run_flags
from apps.generation import checks
from apps.generation import flags as generation

FAMILIES = ("diffusion", "gan")

_FLAGS = flags.FLAGS  # None is the default of some, here.


def find_source(count):
    """Returns what makes the images, of `--workdir` or `--saved_model`, to be opened.

    Args:
        count: int. Images at a time.

    Raises:
        ValueError: If there is no such model, or a flag has no meaning for it.
    """
    from kerazoo.runs.description import read_description
    from kerazoo.tasks.diffusion import image_source as diffusion
    from kerazoo.tasks.gan import image_source as gan

    modules = {"diffusion": diffusion, "gan": gan}
    if not run_flags.WORKDIR.value:
        version, metadata = exports.find_export(*FAMILIES)
        checks.check_family(metadata)
        return modules[metadata["family"]].Exported(version)
    folder = pathlib.Path(run_flags.WORKDIR.value)
    try:
        metadata = read_description(folder)["metadata"]
    except ValueError as error:
        raise ValueError(
            f"--workdir: {error} Train there with python -m apps.train_diffusion or "
            "apps.train_gan."
        ) from error
    checks.check_family(metadata)
    module = modules[metadata["family"]]
    if module is gan:
        return gan.Trained(folder)
    return diffusion.Trained(
        folder,
        _FLAGS.sampler,
        generation.SPACING.value,
        _towers(metadata, count),
    )


def make_request(metadata, count, classes):
    """Returns the `Request` of the flags.

    Args:
        metadata: dict of the model.
        count: int. Number of images.
        classes: List of int to be taken in turn, or None.
    """
    if metadata["family"] == "gan":
        from kerazoo.tasks.gan.image_source import Request

        options = {"truncation": generation.TRUNCATION.value}
    else:
        from kerazoo.tasks.diffusion.image_source import Request

        options = {
            "steps": _FLAGS.steps,
            "guidance": _FLAGS.guidance,
        }
    return Request.of_model(metadata, count, run_flags.SEED.value, classes, **options)


def _towers(metadata, count):
    """Returns the parts of a batch; to be asked before TensorFlow runs anything."""
    from kerazoo.training.threads import use_towers

    guidance = _FLAGS.guidance
    guidance = metadata["guidance"] if guidance is None else guidance
    # Guidance shows the network each image twice.
    examples = count * (1 if guidance == 1 else 2)
    return use_towers(_FLAGS.towers, num_examples=examples)
