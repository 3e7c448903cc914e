"""What a Transformer learns to classify for an app, and how that is measured."""

import pathlib

from absl import flags

from apps import data_flags as data
from apps import flags as shared
from apps import image_data
from apps import runner
from apps import text_flags as text
from apps import transformer_models as models
from apps import vocabularies
from apps.data_digest import data_digest
from apps.training_schedule import check_batch_size

with runner.heavy_imports("text"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.array_batches import array_batches
    from kerazoo.data.held_out import held_out
    from kerazoo.data.text.labelled_files import labelled_files
    from kerazoo.data.text.tfds_text import tfds_labelled
    from kerazoo.data.text.token_buckets import TokenBuckets
    from kerazoo.models.transformer.classifier import Classifier
    from kerazoo.models.transformer.networks import TextClassifier
    from kerazoo.models.transformer.networks import VisionTransformer
    from kerazoo.models.transformer.serving_classifier import ServingImageClassifier
    from kerazoo.models.transformer.serving_classifier import ServingTextClassifier

SHIFT = flags.DEFINE_integer(
    "shift", 0, "Moves training images by up to so many pixels.", lower_bound=0
)
_BATCH = 256  # Examples that are classified at a time.
_VALIDATION = 0.1  # Share of the training images that choose the best model.


def texts_name():
    """Returns the name of the texts, for folders."""
    if data.DATASET.value in (None, "files") and data.DATA_DIR.value:
        return pathlib.Path(data.DATA_DIR.value).absolute().name
    return data.DATASET.value or "texts"


class TextClassification:
    """Texts of classes, a model that learns them, and measures of what it has learnt.

    Attributes:
        model: `Classifier`, compiled.
        objective, mode: What the best model has, and whether `"max"` or `"min"`.
        examples_per_step: float. Texts of a step.
    """

    objective, mode = "validation_accuracy", "max"

    def __init__(self, strategy):
        self._texts = _load_texts()
        train = self._texts.train
        self._tokenizer = vocabularies.make(train[0])
        with vocabularies.bucket_errors("training"):
            self._train = TokenBuckets(
                (self._tokenizer.encode_lists(train[0]),),
                text.TOKENS_PER_BATCH.value,
                num_buckets=text.NUM_BUCKETS.value,
                seed=shared.SEED.value,
                multiple_of=strategy.num_replicas_in_sync,
                extras=(train[1] + 1,),  # Empty rows have zeros.
                max_length=text.MAX_LENGTH.value,
                too_long="truncate",
            )
        vocabularies.warn_of_long_texts(self._train.num_too_long, "training", "cut off")
        self.examples_per_step = (
            self._train.num_examples / self._train.batches_per_epoch
        )
        arguments = models.network_arguments("classify")
        self.model = models.make_model(
            Classifier,
            lambda: TextClassifier(
                self._tokenizer.vocabulary_size,
                len(self._texts.class_names),
                max_length=text.MAX_LENGTH.value,
                **arguments,
            ),
            strategy,
        )
        self._classify = tf.function(
            self.serving(self.model).classify,
            input_signature=[tf.TensorSpec((None,), tf.string)],
        )

    def batches(self, start_step, context):
        """Returns batches of training from a step on."""
        return self._train.batches(start_step, context).map(
            lambda tokens, labels: (tokens, labels - 1)
        )

    def evaluate(self):
        """Returns `validation_accuracy`."""
        return {"validation_accuracy": self._accuracy(self._texts.validation)}

    def measure(self):
        """Returns what the trained model makes of the test data, or else validation."""
        part = self._texts.test or self._texts.validation
        return {
            "test_accuracy": self._accuracy(part),
            "test_examples": len(part[0]),
            "classes": len(self._texts.class_names),
            "vocabulary_size": self._tokenizer.vocabulary_size,
            "parameters": self.model.network.count_params(),
        }

    def serving(self, model):
        """Returns what serves a copy of the model."""
        return ServingTextClassifier(
            model, self._tokenizer, self._texts.class_names, text.MAX_LENGTH.value
        )

    def metadata(self):
        """Returns what those who use the model must know."""
        return {
            "task": "classify",
            "dataset": texts_name(),
            "class_names": self._texts.class_names,
        }

    def identity(self):
        """Returns what a run must not lose when it goes on, as a dict."""
        return {
            "vocabulary": vocabularies.digest(self._tokenizer),
            "class_names": list(self._texts.class_names),
            "training_data": data_digest(*self._texts.train),
        }

    def _accuracy(self, part):
        texts, labels = part
        order = np.argsort([len(line) for line in texts], kind="stable")
        right = 0
        for start in range(0, len(order), _BATCH):
            own = order[start : start + _BATCH]
            found = self._classify(tf.constant([texts[i] for i in own]))
            classes = np.argmax(found["probabilities"], axis=-1)
            right += np.count_nonzero(classes == labels[own])
        return right / len(texts)


class ImageClassification:
    """Images of classes, a model that learns them, and measures of what it has learnt.

    Attributes:
        model: `Classifier`, compiled.
        objective, mode: What the best model has, and whether `"max"` or `"min"`.
        examples_per_step: int. Images of a step.
    """

    objective, mode = "validation_accuracy", "max"

    def __init__(self, strategy):
        dataset = image_data.load_images()
        self._dataset = dataset
        name = data.DATASET.value or dataset.name
        if not dataset.num_classes:
            raise ValueError(
                f"--dataset={name} has no labels: put its images into a folder "
                "for each class."
            )
        self.examples_per_step = shared.BATCH_SIZE.value
        check_batch_size(strategy)
        images, labels = dataset.train_images, dataset.train_labels
        train, validation = held_out(len(images), labels, _VALIDATION)
        if not len(validation):
            raise ValueError(
                f"--dataset={name} has {len(images)} images to train on: too few to "
                "hold some out for validation."
            )
        self._train = images[train], labels[train]
        self._validation = images[validation], labels[validation]
        self._test = self._validation
        if len(dataset.test_images):
            self._test = dataset.test_images, dataset.test_labels
        arguments = models.network_arguments("image")
        patch = arguments["patch_size"]
        if any(side % patch for side in dataset.image_shape[:2]):
            height, width = dataset.image_shape[:2]
            raise ValueError(
                f"--patch_size={patch} must divide the images' {height}x{width} pixels."
            )
        if SHIFT.value >= min(dataset.image_shape[:2]):
            raise ValueError(
                f"--shift={SHIFT.value} must be below the images' "
                f"{min(dataset.image_shape[:2])} pixels."
            )
        self.model = models.make_model(
            Classifier,
            lambda: VisionTransformer(dataset.num_classes, **arguments),
            strategy,
            (None, *dataset.image_shape),
        )
        self._predict = tf.function(self.model.call, reduce_retracing=True)

    def batches(self, start_step, context):
        """Returns batches of training from a step on."""
        return array_batches(
            self._train,
            shared.BATCH_SIZE.value,
            shared.SEED.value,
            start_step,
            context,
            self._preprocess,
            flip=image_data.FLIP.value,
            shift=SHIFT.value,
        )

    def evaluate(self):
        """Returns `validation_accuracy`."""
        return {"validation_accuracy": self._accuracy(*self._validation)}

    def measure(self):
        """Returns what the trained model makes of the test images."""
        return {
            "test_accuracy": self._accuracy(*self._test),
            "test_examples": len(self._test[0]),
            "classes": self._dataset.num_classes,
            "parameters": self.model.network.count_params(),
        }

    def serving(self, model):
        """Returns what serves a copy of the model."""
        return ServingImageClassifier(
            model, self._dataset.image_shape, self._class_names()
        )

    def metadata(self):
        """Returns what those who use the model must know."""
        return {
            "task": "image",
            "dataset": image_data.dataset_name(),
            "image_shape": self._dataset.image_shape,
            "class_names": self._class_names(),
        }

    def identity(self):
        """Returns what a run must not lose when it goes on, as a dict."""
        return {
            "class_names": self._class_names(),
            "training_data": data_digest(*self._train),
        }

    def _class_names(self):
        count = self._dataset.num_classes
        return self._dataset.class_names or [str(i) for i in range(count)]

    def _preprocess(self, images, labels):
        return self._dataset.normalize(tf.cast(images, tf.float32)), labels

    def _accuracy(self, images, labels):
        right = 0
        for start in range(0, len(images), _BATCH):
            part = slice(start, start + _BATCH)
            x = self._dataset.normalize(images[part].astype("float32"))
            classes = np.argmax(self._predict(tf.constant(x)), axis=-1)
            right += np.count_nonzero(classes == labels[part])
        return right / len(images)


def _load_texts():
    name, directory = data.DATASET.value, data.DATA_DIR.value
    if name in (None, "files"):
        if directory is None:
            raise ValueError(
                "--task=classify needs texts: --data_dir, a folder of train.tsv and "
                "test.tsv, text and label in each line; or the --dataset of a name."
            )
        return labelled_files(directory)
    return tfds_labelled(name, directory)
