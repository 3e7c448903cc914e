"""What `apps.generate` reads and writes."""

import math
import pathlib

from apps.generation import flags as generation
from apps.generation import picture_flags as flags


def parse_labels(metadata):
    """Returns the numbers of the classes of `--label`, or of the default."""
    from kerazoo.data.class_numbers import numbers_of

    given, num_classes = flags.LABEL.value, metadata["num_classes"]
    if num_classes is None:
        if given:
            raise ValueError(
                f"--label={','.join(given)} needs a model with classes, which this one "
                "has not."
            )
        return None
    default = [-1] if flags.IMAGE.value else range(num_classes)
    return numbers_of(given, num_classes, metadata["class_names"]) or default


def read_files(image_shape):
    """Returns the images of `--image` and the mask of each; None for none."""
    import numpy as np

    if not flags.IMAGE.value:
        return None, None
    copies = generation.COUNT.value if generation.COUNT.present else 1
    images = [_read("image", path, image_shape) for path in flags.IMAGE.value]
    images = np.repeat(images, copies, axis=0)
    if not flags.MASK.value:
        return images, None
    mask = _read("mask", flags.MASK.value, (*image_shape[:2], 1), to_grey=True)
    return images, np.float32(mask >= 128)[np.newaxis].repeat(len(images), axis=0)


def make_folders():
    """Makes the folders that are written to.

    Raises:
        ValueError: If that of `--folder` has something in it.
    """
    for holder in (flags.PICTURE, flags.PROGRESS_IMAGES, flags.ANIMATION):
        if holder.value is not None:
            pathlib.Path(holder.value).parent.mkdir(parents=True, exist_ok=True)
    if flags.FOLDER.value is None:
        return
    folder = pathlib.Path(flags.FOLDER.value)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"--folder={folder} is not empty: name a new one.")


def write_pictures(images, states):
    """Writes what flags ask for; returns their paths.

    Args:
        images: float array `(N, H, W, C)` in [-1, 1].
        states: float array `(K, N, H, W, C)`, or None.
    """
    from kerazoo.data.images.animations import grid_animation
    from kerazoo.data.images.pictures import grid_picture

    columns = flags.COLUMNS.value or math.ceil(math.sqrt(len(images)))
    contents = [(flags.PICTURE, grid_picture(images, columns))]
    if flags.PROGRESS_IMAGES.value:
        rows = states.swapaxes(0, 1).reshape(-1, *images.shape[1:])
        contents.append(
            (flags.PROGRESS_IMAGES, grid_picture(rows, columns=len(states)))
        )
    if flags.ANIMATION.value:
        columns = min(columns, states.shape[1])
        contents.append((flags.ANIMATION, grid_animation(states, columns)))
    for holder, content in contents:
        pathlib.Path(holder.value).write_bytes(content)
    return {holder.name: holder.value for holder, _ in contents}


def _read(flag, path, image_shape, to_grey=False):
    from kerazoo.data.images.fitted_file import read_fitted_file

    try:
        return read_fitted_file(path, image_shape, to_grey)
    except ValueError as error:
        raise ValueError(f"--{flag}={path}: {error}") from error
