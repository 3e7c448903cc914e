r"""Makes and edits pictures with a trained diffusion model or GAN, and texts.

    python -m apps.generate --label=3,5 --picture=digits.png
    python -m apps.generate --image=three.png --strength=0.4 --count=8
    python -m apps.generate --image=three.png --mask=keep.png
    python -m apps.generate --count=1000 --folder=digits
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
import math

from absl import flags

from apps.cli import errors
from apps.cli.launch import launch
from apps.generation import checks
from apps.generation import flags as generation
from apps.generation import picture_flags
from apps.generation import pictures
from apps.generation import sources
from apps.generation import text_flags
from apps.generation import texts

flags.adopt_module_key_flags(generation)
flags.adopt_module_key_flags(picture_flags)
flags.adopt_module_key_flags(text_flags)

DEFAULTS = generation.DEFAULTS
_STATES = 10  # Of a picture of progress.


def main():
    with errors.user_errors():
        checks.check_model()
        checks.check_pictures()
    with errors.heavy_imports("diffusion"):
        import tensorflow  # noqa: F401
    with errors.user_errors():
        is_text = texts.is_chosen()
        checks.check_kind(is_text)
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
    found, states, errors_found = make_images(source, request, count, images, mask)
    with errors.user_errors():
        written = pictures.write_pictures(image_source.to_floats(found), states)
        folder = picture_flags.FOLDER.value
        if folder is not None:
            names = metadata["class_names"]
            write_image_files(folder, found, request.labels, names)
            written["folder"] = folder
    summary = {**request.summary(), **source.summary}
    if errors_found:  # They have their own.
        is_between = picture_flags.INTERPOLATE.value
        summary["sampler"] = "ddim" if is_between else "repaint"
    print(json.dumps({"images": count, **written, **summary, **errors_found}))


def make_images(source, request, count, images, mask):
    """Returns the images of the flags, their states, and how far edits are off.

    Args:
        source: `ImageSource`.
        request: `Request`.
        count: int.
        images: uint8 array `(count, H, W, C)` to edit, or None.
        mask: float array `(count, H, W, 1)`, or None.

    Returns:
        uint8 array `(count, H, W, C)`; float array `(K, N, H, W, C)` or None; dict.
    """
    import numpy as np

    from kerazoo.tasks import image_source

    if picture_flags.INTERPOLATE.value:
        pair = () if images is None else (images,)
        found = source.between(*pair, count, request)
        states = image_source.to_floats(found)[:, np.newaxis]
        if images is None:
            return found, states, {}
        distance = image_source.pixel_distance(found[[0, -1]], images)
        return found, states, {"end_error": distance}
    if mask is not None:
        found = source.edit("inpaint", request, images=images, mask=mask)
        distance = image_source.pixel_distance(found, images, mask)
        return found, None, {"known_error": distance}
    if images is not None:
        strength = np.float32(picture_flags.STRENGTH.value)
        return source.edit("edit", request, images=images, strength=strength), None, {}
    if picture_flags.PROGRESS_IMAGES.value or picture_flags.ANIMATION.value:
        every = picture_flags.RECORD_EVERY.value or math.ceil(request.steps / _STATES)
        states = source.states(count, request, every)
        return image_source.to_bytes(states[-1]), states, {}
    return image_source.sample(source, count, request), None, {}


if __name__ == "__main__":
    launch(main, DEFAULTS)
