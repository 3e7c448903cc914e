"""Features of a small classifier of the very images that are generated."""

import json
import os
import pathlib
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.atomic_files import write_whole
from kerazoo.data.digest import array_digest
from kerazoo.evaluation.in_batches import in_batches
from kerazoo.progress import track

_BATCH_SIZE = 128  # Of training.
_EXAMPLES = 200_000  # Seen in training, at least.
_MAX_EPOCHS = 100
_FEATURES = 84


class ClassifierFeatures:
    """The last hidden layer of a small convolutional classifier.

    For images that are far from ImageNet's, such as digits, features of Inception say
    little. The network is in the manner of LeNet-5
    ([LeCun et al., 1998](https://doi.org/10.1109/5.726791)): convolutions and maximum
    pooling, then a layer of 84 units, the features, before the last one. It learns from
    the training images in less than a minute on two CPU cores, and is kept. Features
    have a mean square of 1 over the training images.

    Distances depend on the trained network: compare only those of one file.

    Args:
        network: Keras model of images `(B, H, W, C)`, -1 to 1, to the pair of features
            `(B, D)` and logits `(B, K)`.
        test_accuracy: float. Share of the test images it classifies rightly.
        batch_size: int. Images at a time.

    Attributes:
        name: str. What results say they were measured with.
        key: str. Tells extractors apart in names of files.

    Example:

    ```python
    images = np.random.default_rng(0).uniform(-1, 1, (200, 8, 8, 1))
    labels = np.arange(200) % 10
    classifier = ClassifierFeatures.trained(images, labels, images, labels)
    classifier(images)  # (200, 84)
    classifier.label_agreement(images, labels)
    ```
    """

    def __init__(
        self, network: keras.Model, test_accuracy: float, batch_size: int = 512
    ):
        self.network = network
        self.test_accuracy = test_accuracy
        self.batch_size = batch_size
        self.name = f"lenet (test accuracy {test_accuracy:.3f})"
        self.key = f"lenet-{array_digest(*network.get_weights())}"
        self._features = tf.function(lambda images: network(images)[0], autograph=False)
        self._probabilities = tf.function(
            lambda x: tf.nn.softmax(network(x)[1]), autograph=False
        )

    @classmethod
    def trained(
        cls,
        images: np.ndarray,
        labels: np.ndarray,
        test_images: np.ndarray,
        test_labels: np.ndarray,
        cache_dir: str | os.PathLike | None = None,
        name: str = "images",
    ) -> typing.Self:
        """Trains a classifier, or reads the one trained on the same images before.

        Args:
            images: float array `(N, H, W, C)`, -1 to 1.
            labels: int array `(N,)`, classes from 0.
            test_images: float array `(M, H, W, C)`.
            test_labels: int array `(M,)`.
            cache_dir: path of a folder for `lenet-<name>-<digest>.keras`, and `.json`
                with its test accuracy; None to keep nothing.
            name: str. Name of the dataset.

        Returns:
            `ClassifierFeatures`.

        Raises:
            ValueError: If there are no labels or no test images.
        """
        if labels is None or not len(test_images):
            raise ValueError(
                "A classifier needs labels and test images. Received: "
                f"labels={labels if labels is None else labels.shape}, "
                f"test_images={np.shape(test_images)}"
            )
        if cache_dir is None:
            return cls(*_train(images, labels, test_images, test_labels))
        digest = array_digest(images, labels, test_images, test_labels)
        path = pathlib.Path(cache_dir, f"lenet-{name}-{digest}.keras")
        record = path.with_suffix(".json")
        if not (path.exists() and record.exists()):
            network, accuracy = _train(images, labels, test_images, test_labels)
            write_whole(path, network.save)
            text = json.dumps({"test_accuracy": accuracy}) + "\n"
            write_whole(record, lambda part: part.write_text(text))
        network = keras.models.load_model(path, compile=False)
        return cls(network, json.loads(record.read_text())["test_accuracy"])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Returns the features of images `(N, H, W, C)`, -1 to 1: float32 `(N, D)`."""
        return in_batches(self._features, self._checked(images), self.batch_size)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Returns the probabilities of the classes, float32 `(N, K)`."""
        return in_batches(self._probabilities, self._checked(images), self.batch_size)

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Returns the most probable class of each image, int `(N,)`."""
        return self.predict(images).argmax(axis=1)

    def label_agreement(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Returns the share of images whose class is the one that was asked for.

        Args:
            images: float array `(N, H, W, C)`, -1 to 1.
            labels: int array `(N,)`.
        """
        return float((self.classes(images) == labels).mean())

    def _checked(self, images):
        expected = tuple(self.network.input_shape[1:])
        if not len(images) or tuple(np.shape(images)[1:]) != expected:
            raise ValueError(
                f"`images` must be (N, {', '.join(map(str, expected))}). "
                f"Received: shape={np.shape(images)}"
            )
        return images


def _train(images, labels, test_images, test_labels):
    """Returns a trained network and its test accuracy; the same each time."""
    num_classes = int(labels.max()) + 1
    network = _network(images.shape[1:], num_classes)
    steps_per_epoch = max(len(images) // _BATCH_SIZE, 1)
    epochs = min(-(-_EXAMPLES // len(images)), _MAX_EPOCHS)
    classifier = keras.Model(network.input, network.output[1])
    classifier.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(2e-3, epochs * steps_per_epoch)
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,  # Faster on CPU.
    )
    generator = np.random.default_rng(0)
    name = "Training the classifier that images are measured with"
    for _ in track(range(epochs), name, unit="epochs"):
        order = generator.permutation(len(images))
        for step in range(steps_per_epoch):
            batch = order[step * _BATCH_SIZE : (step + 1) * _BATCH_SIZE]
            classifier.train_on_batch(images[batch], labels[batch])
    _scale_features(network, images)
    tested = ClassifierFeatures(network, test_accuracy=0.0)
    return network, tested.label_agreement(test_images, test_labels)


def _scale_features(network, images):
    """Makes the mean square of the features 1, and leaves the logits as they are."""
    features = ClassifierFeatures(network, test_accuracy=0.0)(images)
    scale = np.sqrt(np.square(features, dtype=np.float64).mean())
    hidden, head = network.layers[-2:]
    hidden.set_weights([weight / scale for weight in hidden.get_weights()])
    head.kernel.assign(head.kernel * scale)


def _network(image_shape, num_classes):
    """Returns a network whose random numbers and types are its own."""
    seed = iter(range(100))

    def options():
        initializer = keras.initializers.HeNormal(seed=next(seed))
        return {"dtype": "float32", "kernel_initializer": initializer}

    inputs = keras.Input(image_shape, dtype="float32")
    x, filters = inputs, 16
    while True:
        size = 5 if filters == 16 else 3
        x = keras.layers.Conv2D(
            filters, size, padding="same", activation="relu", **options()
        )(x)
        x = keras.layers.MaxPooling2D(2, padding="same", dtype="float32")(x)
        filters = min(2 * filters, 128)
        if max(x.shape[1:3]) <= 7 and filters > 32:
            break
    x = keras.layers.Flatten(dtype="float32")(x)
    x = keras.layers.Dropout(0.25, seed=next(seed), dtype="float32")(x)
    features = keras.layers.Dense(_FEATURES, activation="relu", **options())(x)
    logits = keras.layers.Dense(num_classes, **options())(features)
    return keras.Model(inputs, [features, logits])
