"""What all tasks on images have in common."""

import dataclasses
import os
import pathlib
import typing

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.loading import load
from kerazoo.tasks.image_sizes import ImageSizes
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free


@dataclasses.dataclass
class ImageTask(BaseTask):
    """Base class of tasks that learn from images.

    Args:
        dataset: `"digits"`, `"folder"` for the pictures of `data_dir`, a name of
            TensorFlow Datasets, or an `ImageDataset`.
        data_dir: Folder of the images or of the prepared datasets, or None.
        image_size: Height and width to bring images to, in pixels. Default: their own;
            of a folder one that the network takes, where they differ in size.
        batch_size: Images of a step, over all devices.
        flip: Mirrors half of the training images.
    """

    dataset: str | ImageDataset = "digits"
    data_dir: str | os.PathLike | None = free(None)
    image_size: int | None = None
    batch_size: int = 64
    flip: bool = False

    if typing.TYPE_CHECKING:  # What a subclass has, its `images` first of all.

        def __getattr__(self, name: str) -> typing.Any: ...

    @property
    def name(self) -> str:
        if isinstance(self.dataset, ImageDataset):
            return self.dataset.name
        if self.dataset == "folder" and self.data_dir:
            return pathlib.Path(self.data_dir).absolute().name
        return self.dataset

    @property
    def image_sizes(self) -> ImageSizes:
        """Sizes of images that the network takes; here all."""
        return ImageSizes(1, 1, 128, "any network")

    def load_images(self) -> ImageDataset:
        """Returns the dataset, in a size that the network takes.

        Raises:
            OSError: If files are missing and cannot be had.
            ValueError: If the dataset is not as it should be, or its images do not fit.
        """
        sizes = self.image_sizes
        if isinstance(self.dataset, ImageDataset):
            images = self.dataset
            images.validate()
        else:
            sizes.check_side(self.image_size)
            images = load(self.dataset, self.data_dir, self.image_size, sizes.choose)
        sizes.check_shape(images.image_shape)
        return images

    def describe_data(self) -> str:
        images = self.images
        counts = f"{len(images.train_images):,} images to train on"
        if len(images.test_images):
            counts += f" and {len(images.test_images):,} to test with"
        size = "x".join(map(str, images.image_shape))
        kind = f"{size} {images.train_images.dtype}"
        return f"{self.name}, {counts}; {kind}, {self.describe_labels()}"

    def describe_labels(self) -> str:
        """Returns in words which labels there are."""
        count = self.images.num_classes
        return f"{count:,} classes" if count else "no labels"
