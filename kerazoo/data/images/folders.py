"""Images of a folder."""

import concurrent.futures
import os
import pathlib
import warnings

import numpy as np

from kerazoo.data.held_out import held_out
from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.image_file import read_image_file
from kerazoo.data.images.resized import height_and_width
from kerazoo.data.images.resized import resized

_SUFFIXES = (
    *(".bmp", ".gif", ".jpeg", ".jpg", ".pgm"),
    *(".png", ".ppm", ".tif", ".tiff", ".webp"),
)
_TEST_SHARE = 0.1


def image_folder(
    data_dir: str | os.PathLike, image_size: int | tuple[int, int] | None = None
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
    root = pathlib.Path(data_dir)
    if not root.is_dir():
        raise FileNotFoundError(f"Expected a folder of images. Received: {root}")
    size = height_and_width(image_size)
    has_split = (root / "train").is_dir()
    paths, names, images = _images_of(root / "train" if has_split else root, size)
    class_names = sorted(set(names)) if names[0] is not None else None
    labels = _labels(names, class_names, root)
    if has_split and (root / "test").is_dir():
        test_paths, test_names, test_images = _images_of(root / "test", size)
        labels += _labels(test_names, class_names, root)
        train = np.arange(len(paths))
        test = np.arange(len(paths), len(paths) + len(test_paths))
        paths, images = paths + test_paths, images + test_images
    else:
        groups = None if class_names is None else np.array(labels)
        train, test = held_out(len(paths), groups, _TEST_SHARE)
    images = _stacked(paths, images)
    labels = None if class_names is None else np.array(labels, np.int32)
    return ImageDataset(
        name=root.resolve().name,
        train_images=images[train],
        train_labels=None if labels is None else labels[train],
        test_images=images[test],
        test_labels=None if labels is None else labels[test],
        num_classes=len(class_names or []),
        class_names=class_names,
    )


def _images_of(folder, size):
    """Returns sorted paths, the names of their classes or None, and the images."""
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.name.lower().endswith(_SUFFIXES)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not paths:
        raise FileNotFoundError(f"Expected images in the folder. Received: {folder}")
    beside = [path for path in paths if path.parent == folder]
    if beside and len(beside) < len(paths):
        raise ValueError(
            "Expected images in folders of classes, or all without. "
            f"Received: {beside[0]} beside folders of images"
        )
    paths, images = map(list, zip(*_read_all(paths, size)))
    names = [None if beside else path.relative_to(folder).parts[0] for path in paths]
    return paths, names, images


def _labels(names, class_names, root):
    if (class_names is None) != (names[0] is None):
        raise ValueError(
            "Expected folders of classes in both `train` and `test`, or in neither. "
            f"Received: {root}"
        )
    if class_names is None:
        return []
    for name in sorted(set(names) - set(class_names)):
        raise ValueError(
            "Expected the classes of the test to have training images. "
            f"Received: {root / 'test' / name}"
        )
    numbers = {name: number for number, name in enumerate(class_names)}
    return [numbers[name] for name in names]


def _read_all(paths, size):
    """Returns pairs of path and image of the files that can be read."""

    def read(path):
        try:
            return path, _read(path, size), None
        except ValueError as error:
            return path, None, str(error)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(read, paths))
    errors = [error for *_, error in found if error is not None]
    if len(errors) == len(found):
        raise ValueError(errors[0])
    if errors:
        warnings.warn(
            f"Left out {len(errors)} of {len(found)} files. The first: {errors[0]}",
            stacklevel=2,
        )
    return [(path, image) for path, image, error in found if error is None]


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


def _read(path, size):
    pixels = read_image_file(path)
    return pixels if size is None else resized(pixels, size)


def _size(image):
    height, width = image.shape[:2]
    return f"{height}x{width}"
