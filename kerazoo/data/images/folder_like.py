"""Images of a folder, to be compared with those of a dataset."""

import os

import numpy as np

from kerazoo.data.class_numbers import class_numbers
from kerazoo.data.images.folders import image_folder
from kerazoo.data.images.image_dataset import ImageDataset


def read_folder_like(
    dataset: ImageDataset, folder: str | os.PathLike
) -> tuple[np.ndarray, np.ndarray | None]:
    """Reads all images of a folder, in the size and colours of a dataset.

    Args:
        dataset: `ImageDataset`.
        folder: Folder of images, or of one folder for each class, of its name or its
            number from 0.

    Returns:
        The pair of uint8 array `(N, H, W, C)` and int array `(N,)` of the dataset's
        classes, or None where either has none.

    Raises:
        ValueError: If images have colours and those of the dataset have none, or a
            folder is no class of it.
        FileNotFoundError: If there is no such folder, or no image in it.

    Example:

    ```python
    images, labels = read_folder_like(digits(), "made")
    ```
    """
    height, width, channels = dataset.image_shape
    found = image_folder(folder, (height, width), name="images")
    if found.image_shape[-1] > channels:
        raise ValueError(
            "`images` has colours, but the dataset grey images. "
            f"Received: images={folder}, dataset={dataset.name}"
        )
    images = np.concatenate([found.train_images, found.test_images])
    images = np.broadcast_to(images, (len(images), *dataset.image_shape))
    if not (found.class_names and dataset.num_classes):
        return images, None
    numbers = class_numbers(dataset.num_classes, dataset.class_names)
    for name in found.class_names:
        if name not in numbers:
            raise ValueError(
                f"`images` has a folder {name}, which is no class of the dataset. "
                f"Received: images={folder}, dataset={dataset.name}"
            )
    classes = np.array([numbers[name] for name in found.class_names])
    labels = np.concatenate([found.train_labels, found.test_labels])
    return images, classes[labels]
