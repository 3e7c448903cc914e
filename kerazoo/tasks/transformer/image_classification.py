"""Classes of images."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.data.digest import data_digest
from kerazoo.data.held_out import held_out
from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_image_classifier
from kerazoo.models.transformer.serving_classifier import ServingImageClassifier
from kerazoo.progress import track
from kerazoo.tasks.image_sizes import ImageSizes
from kerazoo.tasks.image_sizes import sizes_of_patches
from kerazoo.tasks.image_task import ImageTask
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.classification_task import ClassificationTask
from kerazoo.tasks.transformer.classification_task import say_classes
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size

_BATCH = 256  # Images that are classified at a time.
_VALIDATION = 0.1  # Share of the training images that choose the best model.


def _network():
    return NetworkConfig(num_layers=4, dropout=0.0)


@dataclasses.dataclass
class ImageClassification(ClassificationTask, ImageTask):
    """Learns the classes of images.

    The best model is the one of the largest share of images that are right, of those
    that are held out of training, or with `class_weights` of the largest mean F1.

    Args:
        dataset, data_dir, image_size, batch_size, flip: See
            `kerazoo.tasks.image_task.ImageTask`.
        shift: Moves training images by up to so many pixels.
        class_weights: See
            `kerazoo.tasks.transformer.classification_task.ClassificationTask`.
        network, training: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import ImageClassification
    from kerazoo.training import Schedule

    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = ImageClassification("digits", network=network)
    kerazoo.run(task, "runs/digits", Schedule(train_steps=4, eval_every=4))
    task.classify(task.images.test_images[:8])  # (8, 10)
    ```
    """

    shift: int = 0
    _: dataclasses.KW_ONLY
    network: NetworkConfig = dataclasses.field(default_factory=_network)

    kind = "image"
    starts_from = ("pretrain_image", "image")
    _limited = "max_pixels"

    @property
    def image_sizes(self) -> ImageSizes:
        return sizes_of_patches(self.used_network.patch_size)

    def build(self, strategy, train_steps, seed):
        self.images = self.load_images()
        self.seed = seed
        if self.images.num_classes < 2:
            found = "one class" if self.images.num_classes else "none"
            raise ValueError(
                "The images must have labels of two classes at least, and have "
                f"{found}: put them into a folder for each class. "
                f"Received: dataset={self._given()}"
            )
        check_batch_size(self.batch_size, strategy)
        self.examples_per_step = self.batch_size
        self._split()
        self.weigh_classes(self._train[1], self._class_names())
        shortest = min(self.images.image_shape[:2])
        if self.shift >= shortest:
            raise ValueError(
                f"`shift` must be below the images' {shortest} pixels. "
                f"Received: shift={self.shift}"
            )
        with strategy.scope():
            self.model = make_image_classifier(
                self.images.image_shape,
                self.images.num_classes,
                self.used_network,
                self.training,
                train_steps,
                self.start,
            )
        self._predict = tf.function(
            self.model.call, reduce_retracing=True, autograph=False
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return array_batches(
            self._train,
            self.batch_size,
            self.seed,
            start_step,
            context,
            lambda images, labels: self.weighted(
                self.images.normalize(tf.cast(images, tf.float32)), labels
            ),
            flip=self.flip,
            shift=self.shift,
        )

    def validate(self) -> dict[str, float]:
        return self.measure_classes("validation", *self._validation)

    def test(self) -> dict[str, typing.Any]:
        return {
            **self.measure_classes("test", *self._test),
            **self.report_classes(self._class_names()),
            "test_examples": len(self._test[0]),
            "classes": self.images.num_classes,
        }

    def classify(self, images: np.ndarray) -> np.ndarray:
        """Returns the logits of all classes, float32 `(N, K)`.

        Args:
            images: array `(N, H, W, C)` in the units of the dataset.
        """
        found = []
        starts = range(0, len(images), _BATCH)
        for start in track(starts, "Images", len(images), "images", lambda _: _BATCH):
            part = images[start : start + _BATCH].astype("float32")
            found.append(self._predict(tf.constant(self.images.normalize(part))))
        return np.concatenate(found)

    def describe_labels(self) -> str:
        return say_classes("images", self.images.train_labels, len(self._class_names()))

    def serving(self, model: Classifier) -> ServingImageClassifier:
        return ServingImageClassifier(
            model, self.images.image_shape, self._class_names(), self.limits
        )

    def card(self) -> ModelCard:
        classes = len(self._class_names())
        return ModelCard(
            summary=f"Tells {classes} classes of images apart, as in {self.name}.",
            intended_use="Sorting images like those that it learnt from.",
            limitations=(
                "It names one of its classes for any image, also for one of none.",
                "Images that were taken, cut or coloured otherwise may get other "
                "classes.",
                "Not for decisions about people, nor where a mistake does harm.",
            ),
            measured_on=f"{len(self._test[0]):,} images that were not trained on",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "image_shape": self.images.image_shape,
            "class_names": self._class_names(),
        }

    def identity(self) -> dict[str, typing.Any]:
        return {
            **super().identity(),
            "class_names": self._class_names(),
            "training_data": data_digest(*self._train),
        }

    def _split(self):
        """Holds out what chooses the best model, and what tests it."""
        images, labels = self.images.train_images, self.images.train_labels
        largest = np.bincount(labels).max()
        if largest < 2:
            raise ValueError(
                f"There are {len(images)} images to train on, one of each class: too "
                "few to hold some out for validation. "
                f"Received: dataset={self._given()}"
            )
        # One at least of the largest classes.
        share = max(_VALIDATION, 0.51 / largest)
        train, validation = held_out(len(images), labels, share)
        self._train = images[train], labels[train]
        self._validation = images[validation], labels[validation]
        self._test = self._validation
        if len(self.images.test_images):
            self._test = self.images.test_images, self.images.test_labels

    def _given(self):
        return self.dataset if isinstance(self.dataset, str) else self.name

    def _class_names(self):
        count = self.images.num_classes
        return self.images.class_names or [str(i) for i in range(count)]
