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


def check_files():
    """Refuses files of `--image` and `--mask` that are no images.

    Raises:
        ValueError: If there is one.
    """
    from kerazoo.data.images.image_headers import image_header

    masks = [] if flags.MASK.value is None else [flags.MASK.value]
    for holder, paths in ((flags.IMAGE, flags.IMAGE.value), (flags.MASK, masks)):
        for path in paths:
            if image_header(path) is None:
                found = (
                    "no image that can be read"
                    if pathlib.Path(path).exists()
                    else "not there"
                )
                raise ValueError(f"--{holder.name}={path} is {found}.")


def has_picture():
    """Returns whether `--picture` is written: if it or no `--folder` is given."""
    return flags.PICTURE.present or flags.FOLDER.value is None


def check_outputs():
    """Refuses files and folders that cannot be written.

    Raises:
        ValueError: If there is one, or `--folder` has something in it.
    """
    from kerazoo.runs.writable import check_file
    from kerazoo.runs.writable import check_folder

    for holder in _files():
        check_file(holder.value, holder.name)
    if flags.FOLDER.value is None:
        return
    check_folder(flags.FOLDER.value, flags.FOLDER.name, num_bytes=0)
    folder = pathlib.Path(flags.FOLDER.value)
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"--folder={folder} is not empty: name a new one.")


def make_folders():
    """Makes the folders that are written to."""
    for holder in _files():
        pathlib.Path(holder.value).parent.mkdir(parents=True, exist_ok=True)
    if flags.FOLDER.value is not None:
        pathlib.Path(flags.FOLDER.value).mkdir(parents=True, exist_ok=True)


def write_pictures(images, states):
    """Writes what flags ask for; returns their paths.

    Args:
        images: float array `(N, H, W, C)` in [-1, 1].
        states: float array `(K, N, H, W, C)`, or None.
    """
    from kerazoo.data.images.animations import grid_animation
    from kerazoo.data.images.pictures import grid_picture

    columns = flags.COLUMNS.value or math.ceil(math.sqrt(len(images)))
    contents = []
    if has_picture():
        contents.append((flags.PICTURE, grid_picture(images, columns)))
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


def _files():
    """Returns the flags of the files that will be written."""
    picture = [flags.PICTURE] if has_picture() else []
    others = (flags.PROGRESS_IMAGES, flags.ANIMATION)
    return [*picture, *(holder for holder in others if holder.value is not None)]


def _read(flag, path, image_shape, to_grey=False):
    from kerazoo.data.images.fitted_file import read_fitted_file

    try:
        return read_fitted_file(path, image_shape, to_grey)
    except ValueError as error:
        raise ValueError(f"--{flag}={path}: {error}") from error
