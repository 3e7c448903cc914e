"""Images of a folder."""

import concurrent.futures
import logging
import os
import pathlib
import typing
import warnings

import numpy as np

from kerazoo.data.held_out import held_out
from kerazoo.data.images.folder_layout import folder_layout
from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.image_file import read_image_file
from kerazoo.data.images.image_headers import image_headers
from kerazoo.data.images.resized import height_and_width
from kerazoo.data.images.resized import resized

_TEST_SHARE = 0.1
_logger = logging.getLogger(__name__)


def image_folder(
    data_dir: str | os.PathLike,
    image_size: int | tuple[int, int] | None = None,
    choose_size: typing.Callable[[list[tuple[int, int]]], int | None] | None = None,
    name: str = "data_dir",
) -> ImageDataset:
    """Reads the images of a folder.

    The folder has images, which then have no labels, or one folder of images for each
    class, in whose sorted order the classes are numbered. It may have folders `train`
    and `test` of either kind; otherwise a tenth of the images (of each class), always
    the same, is the test. Images are grey if all are, and RGB otherwise; transparency
    is left out. A warning counts the files that cannot be read, which are left out.

    Args:
        data_dir: path of the folder.
        image_size: int, pair of int or None. Height and width to bring the images to:
            the middle of each, as large as it can be, is scaled.
        choose_size: Function of the sizes `(H, W)` of all images to an `image_size`, or
            to None for their own; it is asked where none is given.
        name: What `data_dir` is called in errors.

    Returns:
        `ImageDataset` of bytes.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.
        ValueError: If no image can be read, images differ in size and no `image_size`
            is given, images lie both in folders of classes and beside them, or test
            images have a class that no training image has.

    Example:

    ```python
    dataset = image_folder("flowers", image_size=64)
    ```
    """
    layout = folder_layout(data_dir, name)
    paths = [*layout.train, *(layout.test or ())]
    headers = [header for header in image_headers(paths) if header is not None]
    if image_size is None and choose_size is not None and headers:
        image_size = choose_size([header.size for header in headers])
    moving = sum(header.is_animated for header in headers)
    if moving:
        _logger.info("Took the first picture of %d files that move.", moving)
    size = height_and_width(image_size)
    found = _read_all(paths, size, name)
    is_test = np.arange(len(paths)) >= len(layout.train)
    classes = None
    if layout.train_classes is not None:
        classes = [*layout.train_classes, *(layout.test_classes or ())]
    kept = [i for i, image in enumerate(found) if image is not None]
    names, labels = _labels(classes, kept, is_test, name)
    if layout.test is None:
        train, test = held_out(len(kept), labels, _TEST_SHARE)
    else:
        train, test = (np.flatnonzero(is_test[kept] == part) for part in (False, True))
    images = _stacked([paths[i] for i in kept], [found[i] for i in kept])
    return ImageDataset(
        name=pathlib.Path(data_dir).resolve().name,
        train_images=images[train],
        train_labels=None if labels is None else labels[train],
        test_images=images[test],
        test_labels=None if labels is None else labels[test],
        num_classes=len(names or []),
        class_names=names,
    )


def _labels(classes, kept, is_test, name):
    """Returns the names of the classes, and the number of that of each image kept."""
    if classes is None:
        return None, None
    names = sorted({classes[i] for i in kept if not is_test[i]})
    numbers = {name: number for number, name in enumerate(names)}
    for i in kept:
        if classes[i] not in numbers:
            raise ValueError(
                f"`{name}` must have images to train on of each class of the test, and "
                f"none of {classes[i]} can be read."
            )
    return names, np.array([numbers[classes[i]] for i in kept], np.int32)


def _read_all(paths, size, name):
    """Returns the images of files, None for those that cannot be read."""

    def read(path):
        try:
            pixels = read_image_file(path)
            return pixels if size is None else resized(pixels, size), None
        except ValueError as error:
            return None, str(error)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        images, errors = zip(*pool.map(read, paths))
    errors = [error for error in errors if error is not None]
    if len(errors) == len(paths):
        raise ValueError(
            f"`{name}` has {len(paths)} files of images, and none can be read. The "
            f"first: {errors[0]}"
        )
    if errors:
        warnings.warn(
            f"Left out {len(errors)} of {len(paths)} files, the other "
            f"{len(paths) - len(errors)} are fine. The first: {errors[0]}",
            stacklevel=3,
        )
    return images


def _stacked(paths, images):
    """Returns images as one array, or says that they differ in size."""
    for path, image in zip(paths, images):
        if image.shape[:2] != images[0].shape[:2]:
            raise ValueError(
                "Images of different sizes need an `image_size`. Received: "
                f"{_size(images[0])} of {paths[0]} and {_size(image)} of {path}"
            )
    channels = max(image.shape[-1] for image in images)
    shape = (*images[0].shape[:2], channels)
    return np.stack([np.broadcast_to(image, shape) for image in images])


def _size(image):
    height, width = image.shape[:2]
    return f"{height}x{width}"
