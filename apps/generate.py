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
import pathlib
import sys

from absl import flags

from apps import flags as shared
from apps import runner
from apps import served
from apps import text_generation

with runner.heavy_imports("diffusion"):
    import numpy as np

    from apps import image_families as families
    from apps import image_sources as sources
    from kerazoo.data.images.grid_animation import grid_animation
    from kerazoo.data.images.grid_picture import grid_picture
    from kerazoo.data.images.image_file import read_image_file
    from kerazoo.data.images.resized import resized

_FLAGS = flags.FLAGS
_LABEL = flags.DEFINE_list(
    "label",
    [],
    "Classes of the images, in turn: names, numbers from 0, or none for no class in "
    "particular. Default: all classes; for --image none.",
)
_PICTURE = flags.DEFINE_string("picture", "grid.png", "Writes the images here; .png.")
_FOLDER = flags.DEFINE_string(
    "folder",
    None,
    "Writes each image in a file of its own, in a folder of its class, into this new "
    "folder, as apps.evaluate --images takes it.",
)
_COLUMNS = flags.DEFINE_integer(
    "columns", None, "Images in a row. Default: as many as rows.", lower_bound=1
)
_PROGRESS_IMAGES = flags.DEFINE_string(
    "progress_images",
    None,
    "Writes how each image comes out of the noise, one per row, here; .png.",
)
_RECORD_EVERY = flags.DEFINE_integer(
    "record_every",
    None,
    "Steps between two states of --progress_images and --animation. Default: as many "
    "as make about ten states.",
    lower_bound=1,
)
_ANIMATION = flags.DEFINE_string(
    "animation", None, "Writes the same, or what --interpolate makes, here; .gif."
)
_IMAGE = flags.DEFINE_list("image", [], "Files of images to edit.")
_STRENGTH = flags.DEFINE_float(
    "strength", 0.5, "How much to change --image, from 0 to 1.", 0.0, 1.0
)
_MASK = flags.DEFINE_string(
    "mask", None, "File of an image that is white where to keep --image as it is."
)
_INTERPOLATE = flags.DEFINE_boolean(
    "interpolate",
    False,
    "Makes what lies between the two files of --image, by DDIM; of a GAN between two "
    "latents.",
)
_FRAMES = flags.DEFINE_integer(
    "frames", 8, "Images of --interpolate, with both ends.", lower_bound=2
)

flags.adopt_module_key_flags(families)
flags.adopt_module_key_flags(text_generation)

DEFAULTS = families.DEFAULTS
_STATES = 10


def main(_):
    with runner.user_errors():
        served.refuse_other_flags(__name__)
        is_text = text_generation.is_chosen()
        check_kind(is_text)
    if is_text:
        text_generation.main()
        return
    with runner.user_errors():
        source = families.make_source()
        check_flags(source.metadata["family"])
        images, mask = read_files(source.metadata["image_shape"])
        count = len(images) if images is not None else sources.COUNT.value
        count = _FRAMES.value if _INTERPOLATE.value else count
        request = families.make_request(
            source.metadata, count, parse_labels(source.metadata)
        )
        for holder in (_PICTURE, _PROGRESS_IMAGES, _ANIMATION):
            if holder.value is not None:
                pathlib.Path(holder.value).parent.mkdir(parents=True, exist_ok=True)
        if _FOLDER.value is not None:
            make_new_folder()
        source.open()
    states, errors = None, {}
    if _INTERPOLATE.value and source.metadata["family"] == "gan":
        found = source.between(count, request)
        states = sources.to_floats(found)[:, np.newaxis]
    elif _INTERPOLATE.value:
        found = source.between(images, count, request)
        states = sources.to_floats(found)[:, np.newaxis]
        errors["end_error"] = distance(found[[0, -1]], images)
    elif mask is not None:
        found = source.edit("inpaint", request, images=images, mask=mask)
        errors["known_error"] = distance(found, images, mask)
    elif images is not None:
        strength = np.float32(_STRENGTH.value)
        found = source.edit("edit", request, images=images, strength=strength)
    elif _PROGRESS_IMAGES.value or _ANIMATION.value:
        every = _RECORD_EVERY.value or math.ceil(request.steps / _STATES)
        states = source.states(count, request, every)
        found = sources.to_bytes(states[-1])
    else:
        found = sources.sample(source, count, request)
    with runner.user_errors():
        written = write_pictures(sources.to_floats(found), states)
        if _FOLDER.value is not None:
            write_files(found, request.labels, source.metadata["class_names"])
            written["folder"] = _FOLDER.value
    summary = {**request.summary(), **source.summary}
    if errors:  # They have their own.
        summary["sampler"] = "ddim" if _INTERPOLATE.value else "repaint"
    print(json.dumps({"images": count, **written, **summary, **errors}))


def check_kind(is_text):
    """Refuses flags of texts for a model of images, and those of images for texts."""
    own = {"count", "saved_model", "seed", *text_generation.FLAGS}
    module = sys.argv[0] if __name__ == "__main__" else __name__
    for flag in _FLAGS.get_key_flags_for_module(module):
        wrong = flag.name not in own if is_text else flag.name in text_generation.FLAGS
        if flag.present and wrong:
            kind = "images" if is_text else "texts"
            raise ValueError(f"--{flag.name} is for a model of {kind}.")


def check_flags(family):
    """Refuses flags that contradict each other, and files of the wrong kind."""
    if family == "gan":
        for name in ("image", "mask", "strength", "progress_images", "record_every"):
            if _FLAGS[name].present:
                raise ValueError(f"--{name} is for a model of diffusion, not of gan.")
    for holder, ending in (
        (_PICTURE, ".png"),
        (_PROGRESS_IMAGES, ".png"),
        (_ANIMATION, ".gif"),
    ):
        if holder.value is not None and not holder.value.endswith(ending):
            raise ValueError(f"--{holder.name}={holder.value} must end in {ending}.")
    edits = bool(_IMAGE.value)
    records = bool(_PROGRESS_IMAGES.value or _ANIMATION.value)
    is_diffusion = family == "diffusion"
    two = not is_diffusion or len(_IMAGE.value) == 2
    needs = (
        ("mask", _MASK.value, edits, "an --image"),
        ("strength", _FLAGS["strength"].present, edits, "an --image"),
        ("interpolate", _INTERPOLATE.value, two, "two of --image"),
        (
            "animation",
            _ANIMATION.value,
            is_diffusion or _INTERPOLATE.value,
            "--interpolate",
        ),
        ("frames", _FLAGS["frames"].present, _INTERPOLATE.value, "--interpolate"),
        (
            *("record_every", _RECORD_EVERY.value, records),
            "--progress_images or --animation",
        ),
        *(
            (name, _FLAGS[name].value, bool(shared.WORKDIR.value), "a --workdir")
            for name in ("interpolate", "progress_images", "animation")
            if is_diffusion
        ),
    )
    for name, given, is_met, need in needs:
        if given and not is_met:
            raise ValueError(f"--{name} needs {need}.")
    excludes = (
        ("progress_images", _PROGRESS_IMAGES.value, "image", edits),
        ("animation", _ANIMATION.value and not _INTERPOLATE.value, "image", edits),
        ("strength", _FLAGS["strength"].present, "mask", _MASK.value),
        ("strength", _FLAGS["strength"].present, "interpolate", _INTERPOLATE.value),
        ("mask", _MASK.value, "interpolate", _INTERPOLATE.value),
        ("sampler", _FLAGS.sampler, "mask", _MASK.value),
        ("spacing", _FLAGS.spacing, "image", edits),
        ("count", _FLAGS["count"].present, "interpolate", _INTERPOLATE.value),
    )
    for name, given, other, other_given in excludes:
        if given and other_given:
            raise ValueError(f"--{name} has no meaning with --{other}.")
    if _INTERPOLATE.value and len(_LABEL.value) > 1:
        raise ValueError(
            f"--label={','.join(_LABEL.value)} must be one class for --interpolate."
        )
    if _INTERPOLATE.value and _FLAGS.sampler not in (None, "ddim"):
        raise ValueError(f"--interpolate is for --sampler=ddim, not {_FLAGS.sampler}.")
    if records and not edits and sources.COUNT.value > sources.BATCH_SIZE:
        raise ValueError(
            f"--count={sources.COUNT.value} must be at most {sources.BATCH_SIZE} for "
            "--progress_images and --animation."
        )


def parse_labels(metadata):
    """Returns the numbers of the classes of `--label`, or of the default."""
    num_classes, names = metadata["num_classes"], metadata["class_names"] or []
    if num_classes is None:
        if _LABEL.value:
            raise ValueError(
                f"--label={','.join(_LABEL.value)} needs a model with classes, which "
                "this one has not."
            )
        return None
    numbers = {"none": -1, **sources.class_numbers(num_classes, names)}
    allowed = f"none or a number from 0 to {num_classes - 1}"
    if names:
        shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        allowed += f" or a name of {shown}"
    for name in _LABEL.value:
        if name not in numbers:
            raise ValueError(f"--label={name} must be {allowed}.")
    default = [-1] if _IMAGE.value else range(num_classes)
    return [numbers[name] for name in _LABEL.value] or default


def read_files(image_shape):
    """Returns the images of `--image` and the mask of each; None for none."""
    if not _IMAGE.value:
        return None, None
    copies = sources.COUNT.value if _FLAGS["count"].present else 1
    images = [read_image("image", path, image_shape) for path in _IMAGE.value]
    images = np.repeat(images, copies, axis=0)
    if not _MASK.value:
        return images, None
    mask = read_image("mask", _MASK.value, (*image_shape[:2], 1), to_grey=True)
    return images, np.float32(mask >= 128)[np.newaxis].repeat(len(images), axis=0)


def read_image(flag, path, image_shape, to_grey=False):
    """Returns an image file, cut and scaled to a shape, as uint8 `(H, W, C)`."""
    try:
        pixels = read_image_file(path, to_grey)
    except ValueError as error:
        raise ValueError(f"--{flag}={path}: {error}") from error
    height, width, channels = image_shape
    if channels == 1 and (pixels != pixels[..., :1]).any():
        raise ValueError(
            f"--{flag}={path} has colours, but the model makes grey images."
        )
    # Grey becomes RGB, and RGB that is grey becomes grey.
    pixels = resized(pixels, (height, width))[..., :channels]
    return np.broadcast_to(pixels, image_shape)


def distance(found, images, mask=1):
    """Returns the root mean square difference of pixels from 0 to 255, where masked."""
    weights = np.broadcast_to(mask, images.shape)
    squares = np.square(found.astype(float) - images)
    return float(np.sqrt((weights * squares).sum() / max(weights.sum(), 1)))


def make_new_folder():
    """Makes the folder of `--folder`, or refuses one that has something in it."""
    folder = pathlib.Path(_FOLDER.value)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"--folder={folder} is not empty: name a new one.")


def write_files(images, labels, class_names):
    """Writes each image in a file of its own.

    Args:
        images: uint8 array `(N, H, W, C)`.
        labels: int array `(N,)`, -1 for no class in particular; or None.
        class_names: List of str, or None.
    """
    from PIL import Image

    folders = [pathlib.Path(_FOLDER.value)] * len(images)
    if labels is not None and (labels >= 0).all():
        names = [class_names[i] if class_names else str(i) for i in labels]
        folders = [folder / name for folder, name in zip(folders, names)]
    for number, (image, folder) in enumerate(zip(images, folders)):
        folder.mkdir(exist_ok=True)
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(folder / f"{number:05d}.png")


def write_pictures(images, states):
    """Writes what flags ask for; returns their paths.

    Args:
        images: float array `(N, H, W, C)` in [-1, 1].
        states: float array `(K, N, H, W, C)`, or None.
    """
    columns = _COLUMNS.value or math.ceil(math.sqrt(len(images)))
    contents = [(_PICTURE, grid_picture(images, columns))]
    if _PROGRESS_IMAGES.value:
        rows = states.swapaxes(0, 1).reshape(-1, *images.shape[1:])
        contents.append((_PROGRESS_IMAGES, grid_picture(rows, columns=len(states))))
    if _ANIMATION.value:
        columns = min(columns, states.shape[1])
        contents.append((_ANIMATION, grid_animation(states, columns)))
    for holder, content in contents:
        pathlib.Path(holder.value).write_bytes(content)
    return {holder.name: holder.value for holder, _ in contents}


if __name__ == "__main__":
    runner.launch(main, DEFAULTS)
