"""What the tasks that make images have in common."""

import dataclasses
import os
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.data.digest import data_digest
from kerazoo.data.images.pictures import grid_picture
from kerazoo.evaluation.images.image_evaluation import ImageEvaluation
from kerazoo.tasks.image_task import ImageTask
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard


@dataclasses.dataclass
class BaseImageGeneration(ImageTask):
    """Base class of tasks whose models make images like those of a dataset.

    Args:
        conditional: Learns the classes of the images; None for where there are any.
        eval_samples: Images that the trained model is measured by.
        feature_extractor: What FID and its kin compare, see `ImageEvaluation`.
    """

    conditional: bool | None = None
    eval_samples: int = free(2_000)
    feature_extractor: str = free("auto")

    def read_images(self, seed: int) -> None:
        """Reads the dataset, `self.images`, and sees whether it has classes."""
        self.images = self.load_images()
        self.seed = seed
        found = self.images.num_classes
        if self.conditional and not found:
            raise ValueError(
                "`conditional` needs labels: put the images into a folder for each "
                f"class. Received: conditional=True, dataset={self.name} without labels"
            )
        has_classes = self.conditional is not False and found
        self.num_classes = found if has_classes else None

    def make_evaluation(self) -> None:
        """Makes what images are measured with, `self.evaluation`.

        It may train a classifier, whose random draws are not the model's: whether it
        comes before or after the model must stay as it is.
        """
        self.evaluation = ImageEvaluation(self.images, self.feature_extractor)

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Returns the training images and, with classes, their labels."""
        images, labels = self.images.train_images, self.images.train_labels
        if self.num_classes is None or labels is None:
            return (images,)
        return images, labels

    def preprocess(
        self, images: tf.Tensor, *labels: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        """Returns a batch as the model takes it: float32 images in [-1, 1]."""
        return (self.images.normalize(tf.cast(images, tf.float32)), *labels)

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        return array_batches(
            self.arrays(),
            int(self.examples_per_step),
            self.seed,
            start_step,
            context,
            self.preprocess,
            self.flip,
        )

    def labels_in_turn(self, count: int) -> np.ndarray | None:
        """Returns a label for each of so many images, all as often; None for none."""
        if self.num_classes is None:
            return None
        return np.arange(count) % self.num_classes

    def picture(self, images: np.ndarray, step: int | None) -> bytes:
        """Returns images `(N, H, W, C)` as one PNG."""
        return grid_picture(images, columns=10)

    def _side(self):
        """Returns the `image_size`, also one that was chosen, or None."""
        height, width = self.images.image_shape[:2]
        is_square_folder = self.dataset == "folder" and height == width
        return height if is_square_folder else self.image_size

    def card(self) -> ModelCard:
        height, width = self.images.image_shape[:2]
        of_classes = ", of a class that is asked for" if self.num_classes else ""
        return ModelCard(
            summary=(
                f"Makes images of {height}x{width} pixels like those of {self.name}"
                f"{of_classes}."
            ),
            intended_use="Experiments, demonstrations and tests of software.",
            limitations=(
                "Its images are made up: they are no record of anything real.",
                "Some may be near copies of images that it learnt from, whose licence "
                "then counts.",
                "It makes nothing but what its training images show, with their gaps "
                "and their bias.",
            ),
            measured_on=(
                f"{self.eval_samples:,} generated images, compared with the "
                f"{len(self.images.train_images):,} of training"
            ),
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def identity(self) -> dict[str, typing.Any]:
        names = self.images.class_names
        return {
            "class_names": names and list(names),
            "training_data": data_digest(*self.arrays()),
        }

    def metadata(self) -> dict[str, typing.Any]:
        data_dir = self.data_dir and os.path.abspath(self.data_dir)
        is_named = isinstance(self.dataset, str)
        return {
            "dataset": self.dataset if is_named else self.name,
            "data_dir": data_dir,
            "image_size": self._side(),
            "class_names": self.images.class_names,
            "image_shape": self.images.image_shape,
            "num_classes": self.num_classes,
        }
