"""Which flags of `apps.generate` and `apps.evaluate` go together."""

from absl import flags

from apps.cli import exports
from apps.cli import run_flags
from apps.generation import flags as generation
from apps.generation import picture_flags as pictures

_FLAGS = flags.FLAGS
_OF_TEXTS = ("prompt", "temperature", "top_p")
_OF_BOTH = ("count", "saved_model", "seed")


def check_model():
    """Refuses two models.

    Raises:
        ValueError: If there are two.
    """
    if run_flags.WORKDIR.value and exports.SAVED_MODEL.present:
        raise ValueError("--saved_model and --workdir are two models: give one.")


def check_family(metadata):
    """Refuses flags of another family than the model's, and models of no images."""
    family = metadata["family"]
    if "image_shape" not in metadata:
        raise ValueError(
            f"--workdir={run_flags.WORKDIR.value} is a run of {family}, which makes no "
            "images: its figures are in result.json there."
        )
    for other, names in generation.OF_FAMILIES.items():
        for name in names:
            if other != family and _FLAGS[name].present:
                raise ValueError(
                    f"--{name} is for a {other} model, not for a {family}."
                )
    if metadata["image_shape"] is None:
        raise ValueError("This model makes points, not images: see its run's pictures.")
    for name in ("sampler", "spacing"):
        if _FLAGS[name].value and not run_flags.WORKDIR.value:
            raise ValueError(
                f"--{name}={_FLAGS[name].value} needs a --workdir: an exported model "
                f"has its own {name}."
            )


def check_kind(is_text):
    """Refuses flags of texts for a model of images, and those of images for texts."""
    of_images = {
        flag.name
        for module in (generation, pictures)
        for flag in _FLAGS.get_key_flags_for_module(module.__name__)
    }
    wrong = of_images.difference(_OF_BOTH) if is_text else _OF_TEXTS
    for name in sorted(wrong):
        if _FLAGS[name].present:
            kind = "images" if is_text else "texts"
            raise ValueError(f"--{name} is for a model of {kind}.")


def check_pictures():
    """Refuses flags of pictures that contradict each other, whatever the model."""
    for holder, ending in (
        (pictures.PICTURE, ".png"),
        (pictures.PROGRESS_IMAGES, ".png"),
        (pictures.ANIMATION, ".gif"),
    ):
        if holder.value is not None and not holder.value.endswith(ending):
            raise ValueError(f"--{holder.name}={holder.value} must end in {ending}.")
    edits, interpolates = bool(pictures.IMAGE.value), pictures.INTERPOLATE.value
    animates, masks = bool(pictures.ANIMATION.value), bool(pictures.MASK.value)
    shows_progress = bool(pictures.PROGRESS_IMAGES.value)
    records = shows_progress or animates
    _check_needs(
        ("mask", masks, edits, "an --image"),
        ("strength", pictures.STRENGTH.present, edits, "an --image"),
        ("frames", pictures.FRAMES.present, interpolates, "--interpolate"),
        (
            *("record_every", pictures.RECORD_EVERY.value, records),
            "--progress_images or --animation",
        ),
    )
    excludes = (
        ("progress_images", shows_progress, "image", edits),
        ("animation", animates and not interpolates, "image", edits),
        ("strength", pictures.STRENGTH.present, "mask", masks),
        ("strength", pictures.STRENGTH.present, "interpolate", interpolates),
        ("mask", masks, "interpolate", interpolates),
        ("sampler", _FLAGS.sampler, "mask", masks),
        ("spacing", generation.SPACING.value, "image", edits),
        ("count", generation.COUNT.present, "interpolate", interpolates),
    )
    for name, given, other, other_given in excludes:
        if given and other_given:
            raise ValueError(f"--{name} has no meaning with --{other}.")
    if interpolates and len(pictures.LABEL.value) > 1:
        raise ValueError(
            f"--label={','.join(pictures.LABEL.value)} must be one class for "
            "--interpolate."
        )
    if interpolates and _FLAGS.sampler not in (None, "ddim"):
        raise ValueError(f"--interpolate is for --sampler=ddim, not {_FLAGS.sampler}.")
    count, most = generation.COUNT.value, generation.BATCH_SIZE
    if records and not edits and count > most:
        raise ValueError(
            f"--count={count} must be at most {most} for --progress_images and "
            "--animation."
        )


def check_pictures_of(family):
    """Refuses pictures that a family cannot make."""
    if family == "gan":
        for name in ("image", "mask", "strength", "progress_images", "record_every"):
            if _FLAGS[name].present:
                raise ValueError(f"--{name} is for a model of diffusion, not of gan.")
        interpolates = pictures.INTERPOLATE.value
        needs = [("animation", pictures.ANIMATION.value, interpolates, "--interpolate")]
    else:
        has_two = len(pictures.IMAGE.value) == 2
        needs = [("interpolate", pictures.INTERPOLATE.value, has_two, "two of --image")]
        needs += [
            (name, _FLAGS[name].value, bool(run_flags.WORKDIR.value), "a --workdir")
            for name in ("interpolate", "progress_images", "animation")
        ]
    _check_needs(*needs)


def _check_needs(*needs):
    for name, given, is_met, need in needs:
        if given and not is_met:
            raise ValueError(f"--{name} needs {need}.")
