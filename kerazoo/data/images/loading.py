"""Image datasets by name."""

import os
import typing

from kerazoo.data.images.built_in import digits
from kerazoo.data.images.folders import image_folder
from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.stacking import stacked_images
from kerazoo.data.images.tfds import tfds_images

_STACKED = 2  # Stacked images for each grey one, of each of which six are parts.


def load(
    name: str,
    data_dir: str | os.PathLike | None = None,
    image_size: int | tuple[int, int] | None = None,
    choose_size: typing.Callable[[list[tuple[int, int]]], int | None] | None = None,
) -> ImageDataset:
    """Returns an image dataset, checked.

    Args:
        name: str. `"digits"`, scikit-learn's, built in; `"folder"`, the images of
            `data_dir`; the name of a dataset of TensorFlow Datasets, such as
            `"mnist"`; or one of these after `"stacked_"`, for three of its grey images
            as the channels of one.
        data_dir: path of the folder of images, or of the prepared datasets.
        image_size: int, pair of int or None. Height and width to bring images to.
        choose_size: Of a folder of images without an `image_size`, see `image_folder`.

    Returns:
        `ImageDataset`.

    Raises:
        OSError: If files are missing and cannot be had.
        ValueError: If the dataset does not exist or is not as it should be.

    Example:

    ```python
    dataset = load("digits")
    ```
    """
    if name.startswith("stacked_"):
        grey = load(name.removeprefix("stacked_"), data_dir, image_size, choose_size)
        dataset = stacked_images(grey, count=_STACKED * len(grey.train_images))
    elif name == "digits":
        dataset = digits(image_size)
    elif name == "folder":
        if data_dir is None:
            raise ValueError(
                "`dataset` folder needs a `data_dir`, the folder of images. "
                "Received: dataset=folder, data_dir=None"
            )
        dataset = image_folder(data_dir, image_size, choose_size)
    else:
        dataset = tfds_images(name, data_dir, image_size)
    dataset.validate()
    return dataset
