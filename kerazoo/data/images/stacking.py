"""Stacked images: three grey ones as the channels of one, with K^3 classes."""

import numpy as np
import numpy.typing as npt

from kerazoo.data.images.image_dataset import ImageDataset


def stacked_images(dataset: ImageDataset, count: int, seed: int = 0) -> ImageDataset:
    """Stacks three grey images drawn at random as red, green and blue.

    Of MNIST's ten digits come 1,000 equally likely modes, which a classifier of digits
    counts channel by channel, [Metz et al., 2016](https://arxiv.org/abs/1611.02163),
    Section 3.3.1, and [Lin et al., 2018](https://arxiv.org/abs/1712.04086), Section
    4.2. Training images come from training images, test images from test images.

    Args:
        dataset: `ImageDataset` of grey images of K classes.
        count: int. Training images to make; there are a sixth as many test images, at
            least one.
        seed: int. Seed of the draws.

    Returns:
        `ImageDataset` of the same size of images and scale, with three channels and
        labels as of `class_of_channels`.

    Raises:
        ValueError: If images are not grey, have no labels or no test images, or
            `count` is not positive.

    Example:

    ```python
    dataset = stacked_images(load("digits"), count=6_000)
    dataset.image_shape, dataset.num_classes  # (8, 8, 3), 1000
    ```
    """
    if dataset.image_shape[-1] != 1:
        raise ValueError(
            f"Expected grey images. Received: image_shape={dataset.image_shape} of "
            f"{dataset.name}"
        )
    if dataset.train_labels is None:
        raise ValueError(f"Expected labels. Received: none of {dataset.name}")
    if not len(dataset.test_images):
        raise ValueError(f"Expected test images. Received: none of {dataset.name}")
    if count < 1:
        raise ValueError(f"`count` must be positive. Received: count={count}")
    generator = np.random.default_rng(seed)
    classes = dataset.num_classes

    def stacked(images, labels, count):
        chosen = generator.integers(len(images), size=(count, 3))
        channels = [images[column, ..., 0] for column in chosen.T]
        return np.stack(channels, axis=-1), class_of_channels(labels[chosen], classes)

    images, labels = stacked(dataset.train_images, dataset.train_labels, count)
    test_images, test_labels = stacked(
        dataset.test_images, dataset.test_labels, max(count // 6, 1)
    )
    return ImageDataset(
        f"stacked_{dataset.name}",
        train_images=images,
        train_labels=labels,
        test_images=test_images,
        test_labels=test_labels,
        num_classes=classes**3,
        scale=dataset.scale,
        classes_per_channel=classes,
    )


def class_of_channels(classes: npt.ArrayLike, num_classes: int = 10) -> np.ndarray:
    r"""Returns the classes of stacked images by those of their channels.

    \(K^2 a + K b + c\), for ten classes 100 a + 10 b + c.

    Args:
        classes: int array `(N, 3)`, from 0.
        num_classes: int. K, classes of a channel.

    Returns:
        int32 array `(N,)`.

    Raises:
        ValueError: If `classes` are not three whole numbers from 0 to K - 1 each.

    Example:

    ```python
    class_of_channels([[3, 1, 4]])  # array([314])
    ```
    """
    classes = np.asarray(classes)
    if classes.ndim != 2 or classes.shape[1] != 3 or classes.dtype.kind not in "ui":
        raise ValueError(
            "`classes` must be whole numbers (N, 3). "
            f"Received: shape={classes.shape}, dtype={classes.dtype}"
        )
    for row, channel in np.argwhere((classes < 0) | (classes >= num_classes)):
        raise ValueError(
            f"`classes` must be from 0 to {num_classes - 1}. "
            f"Received: classes[{row}, {channel}]={classes[row, channel]}"
        )
    powers = num_classes ** np.array([2, 1, 0])
    return (classes.astype(np.int64) @ powers).astype(np.int32)
