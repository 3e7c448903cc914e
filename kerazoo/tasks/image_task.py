"""What all tasks on images have in common."""

import dataclasses
import os
import pathlib

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.loading import load
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free


@dataclasses.dataclass
class ImageTask(BaseTask):
    """Base class of tasks that learn from images.

    Args:
        dataset: `"digits"`, `"folder"` for the pictures of `data_dir`, a name of
            TensorFlow Datasets, or an `ImageDataset`.
        data_dir: Folder of the images or of the prepared datasets, or None.
        image_size: Height and width to bring images to, in pixels, or None.
        batch_size: Images of a step, over all devices.
        flip: Mirrors half of the training images.
    """

    dataset: str | ImageDataset = "digits"
    data_dir: str | os.PathLike | None = free(None)
    image_size: int | None = None
    batch_size: int = 64
    flip: bool = False

    @property
    def name(self) -> str:
        if isinstance(self.dataset, ImageDataset):
            return self.dataset.name
        if self.dataset == "folder" and self.data_dir:
            return pathlib.Path(self.data_dir).absolute().name
        return self.dataset

    def load_images(self) -> ImageDataset:
        """Returns the dataset."""
        if isinstance(self.dataset, ImageDataset):
            return self.dataset
        return load(self.dataset, self.data_dir, self.image_size)
