"""Images like those of a dataset."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.tasks.gan.gan_task import GANTask
from kerazoo.tasks.image_generation import BaseImageGeneration
from kerazoo.tasks.image_sizes import ImageSizes
from kerazoo.tasks.image_sizes import sizes_of_gan

_REAL = 1_000  # Images that generated ones are compared with.


@dataclasses.dataclass
class ImageGeneration(GANTask, BaseImageGeneration):
    """Learns to make images like those of a dataset, with or without classes.

    The best model is the one of the smallest FID, where there is anything to compare
    images by.

    Args:
        dataset, data_dir, image_size, batch_size, flip: See
            `kerazoo.tasks.image_task.ImageTask`.
        conditional, eval_samples, feature_extractor: See
            `kerazoo.tasks.image_generation.BaseImageGeneration`.
        networks, training, augmentation: See `kerazoo.tasks.gan.gan_task.GANTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.models.gan import NetworkConfig
    from kerazoo.tasks.gan import ImageGeneration
    from kerazoo.training import Schedule

    networks = NetworkConfig(base_width=8)
    task = ImageGeneration("digits", networks=networks, eval_samples=100)
    kerazoo.run(task, "runs/gan", Schedule(train_steps=4, eval_every=4))
    images = task.generate(16, seed=0)  # (16, 8, 8, 1) in [-1, 1]
    ```
    """

    mode = "min"

    @property
    def title(self) -> str:
        return "gan generate"

    @property
    def image_sizes(self) -> ImageSizes:
        return sizes_of_gan(self.networks.networks)

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.read_images(seed)
        count = len(self.images.train_images)
        if count < 2:
            raise ValueError(
                "A GAN needs two images to train on at least. "
                f"Received: dataset={self.name} with {count}"
            )
        self.make_evaluation()
        self.objective = "fid" if self.evaluation.is_possible else None
        images = self.images
        real = images.normalize(images.train_images[:_REAL])
        self.make_model(
            strategy, train_steps, images.image_shape, self.num_classes, real
        )

    def measure_examples(
        self, examples: np.ndarray, labels: np.ndarray | None = None
    ) -> dict[str, typing.Any]:
        """Returns `fid` and more of generated images."""
        return self.evaluation.measure(np.clip(examples, -1, 1), labels)

    def metadata(self) -> dict[str, typing.Any]:
        return {**BaseImageGeneration.metadata(self), **GANTask.metadata(self)}
