r"""Makes and edits pictures with a trained diffusion model or GAN, and texts.

    python -m apps.generate --label=3,5 --picture=digits.png
    python -m apps.generate --image=three.png --strength=0.4 --count=8
    python -m apps.generate --image=three.png --mask=keep.png
    python -m apps.generate --count=1000 --folder=made
    python -m apps.generate --workdir=runs/diffusion/digits --sampler=ddim --steps=50 \
        --progress_images=steps.png --animation=steps.gif
    python -m apps.generate --workdir=runs/diffusion/digits --interpolate \
        --image=three.png,five.png --animation=between.gif
    python -m apps.generate --saved_model=saved_models/gan_digits --interpolate \
        --label=3 --animation=between.gif
    python -m apps.generate --saved_model=saved_models/transformer_tiny_shakespeare \
        --prompt="ROMEO:" --seed=1

An exported diffusion model makes them with the sampler it has, a run of
apps.train_diffusion with any. A GAN interpolates between the first latents of --seed
and of the next one. A language model goes on with the text of --prompt. Equal commands
make equal pictures and texts.
"""

import json

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.generation import checks
from apps.generation import flags as generation
from apps.generation import picture_flags
from apps.generation import pictures
from apps.generation import sources
from apps.generation import texts
from kerazoo.runs.rounding import rounded

adopt(generation, picture_flags, texts)

DEFAULTS = generation.DEFAULTS
TABLES = generation.TABLES


def main():
    with errors.user_errors(), errors.user_packages("diffusion"):
        checks.check_model()
        checks.check_pictures()
        is_text = texts.is_chosen()
        checks.check_kind(is_text)
        if not is_text:
            pictures.check_files()
            pictures.check_outputs()
        if not run_flags.WORKDIR.value:
            exports.find_export(*(["transformer"] if is_text else sources.FAMILIES))
    with errors.heavy_imports("diffusion"):
        import tensorflow  # noqa: F401
    texts.main() if is_text else make_pictures()


def make_pictures():
    """Makes or edits pictures as the flags say, and writes them."""
    with errors.user_errors(), errors.user_packages("diffusion"):
        from kerazoo.data.images.image_files import write_image_files
        from kerazoo.tasks import image_source

        source = sources.find_source(generation.COUNT.value)
        metadata = source.metadata
        checks.check_pictures_of(metadata["family"])
        images, mask = pictures.read_files(metadata["image_shape"])
        count = len(images) if images is not None else generation.COUNT.value
        if picture_flags.INTERPOLATE.value:
            count = picture_flags.FRAMES.value
        classes = pictures.parse_labels(metadata)
        request = sources.make_request(metadata, count, classes)
        pictures.make_folders()
        source.open(request)
    made = make_images(source, request, count, images, mask)
    with errors.user_errors():
        floats = image_source.to_floats(made.images)
        written = pictures.write_pictures(floats, made.states)
        folder = picture_flags.FOLDER.value
        if folder is not None:
            names = metadata["class_names"]
            write_image_files(folder, made.images, request.labels, names)
            written["folder"] = folder
    summary = {**request.summary(), **source.summary}
    if made.errors:  # They have their own.
        is_between = picture_flags.INTERPOLATE.value
        summary["sampler"] = "ddim" if is_between else "repaint"
    result = {"images": count, **written, **summary, **made.errors}
    print(json.dumps(rounded(result)))


def make_images(source, request, count, images, mask):
    """Returns the `Pictures` of the flags; `images` and `mask` to edit may be None."""
    from kerazoo.tasks import image_editing

    if picture_flags.INTERPOLATE.value:
        return image_editing.interpolate(source, request, count, images)
    if images is not None:
        strength = picture_flags.STRENGTH.value
        return image_editing.edit(source, request, images, mask, strength)
    if picture_flags.PROGRESS_IMAGES.value or picture_flags.ANIMATION.value:
        every = picture_flags.RECORD_EVERY.value
        return image_editing.make_with_states(source, request, count, every)
    return image_editing.make(source, request, count)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
