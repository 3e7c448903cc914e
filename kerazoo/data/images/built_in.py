"""Scikit-learn's handwritten digits, which need no download."""

import numpy as np

from kerazoo.data.held_out import held_out
from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.resized import height_and_width
from kerazoo.data.images.resized import resized

_TEST_SHARE = 0.2


def digits(image_size: int | tuple[int, int] | None = None) -> ImageDataset:
    """Returns 1,797 handwritten digits of 8x8 pixels, with values from 0 to 16.

    They are the test part of UCI's
    [Optical Recognition of Handwritten Digits](https://doi.org/10.24432/C50P49). Here a
    fifth of each class, always the same, is the test.

    Args:
        image_size: int, pair of int or None. Height and width to scale the images to,
            which then are bytes with white at 255.

    Returns:
        `ImageDataset` of ten classes.
    """
    from sklearn import datasets

    bunch = datasets.load_digits()
    images = bunch.images[..., np.newaxis].astype(np.uint8)
    labels = bunch.target.astype(np.int32)
    scale = 16.0
    size = height_and_width(image_size)
    if size is not None:
        images = np.rint(images * (255 / scale)).astype(np.uint8)
        images = np.stack([resized(image, size) for image in images])
        scale = 255.0
    train, test = held_out(len(images), labels, _TEST_SHARE)
    return ImageDataset(
        name="digits",
        train_images=images[train],
        train_labels=labels[train],
        test_images=images[test],
        test_labels=labels[test],
        num_classes=10,
        class_names=[str(digit) for digit in range(10)],
        scale=scale,
    )
