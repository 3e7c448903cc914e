"""The signatures of exported classifiers of texts and images."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.named_classes import named_classes
from kerazoo.models.transformer.serving_images import ServingImages
from kerazoo.models.transformer.text_checks import text_checks
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.padded import padded
from kerazoo.text.readable import is_blank
from kerazoo.text.vocabulary import Tokenizer


class ServingTextClassifier:
    """Serves a classifier of texts: strings in, classes out, the vocabulary inside.

    `classify`, the default, takes `text`, strings `(B,)`, and returns `label`, the name
    of the likeliest class, `probabilities` float32 `(B, K)` of all in the order of
    `class_names`, `is_truncated`, whether a text was longer than `max_length` tokens
    and only its beginning was read, and `is_unknown`, whether it could not be read, or
    not wholly: it is blank, not UTF-8, or has characters that the vocabulary has no
    tokens for (of a vocabulary of words, no word that it knows). The label of a blank
    text is empty, and its classes are equally probable.

    Args:
        model: `Classifier` of a `TextClassifier`, outside of any strategy.
        tokenizer: `Tokenizer` or `CharacterTokenizer`.
        class_names: list of K str.
        max_length: int. Most tokens of a text.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_text_classifier(tokenizer.vocabulary_size, 64, 2, network)
    serving = ServingTextClassifier(model, tokenizer, ["bad", "good"], max_length=64)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Classifier,
        tokenizer: Tokenizer | CharacterTokenizer,
        class_names: typing.Sequence[str],
        max_length: int,
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_text_classifier")
        self.module.weights = [weight.value for weight in self._network.weights]
        self.module.tokenizer = tokenizer
        self._tokenizer = tokenizer
        self._names = list(class_names)
        self._max_length = max_length
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `classify`."""
        classify = trace(self.classify, text=tf.TensorSpec((None,), tf.string))
        return {"serving_default": classify, "classify": classify}

    def classify(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the classes of texts."""
        text = checked(text, text_checks("text", text, self._limits))
        tokens = self._tokenizer.encode(text)
        notes = {
            "is_truncated": tokens.row_lengths() > self._max_length,
            "is_unknown": self._tokenizer.is_unknown(text, tokens) | is_blank(text),
        }
        tokens = padded(tokens[:, : self._max_length])
        logits = self._network(tokens, training=False)
        return {**named_classes(logits, self._names, is_blank(text)), **notes}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        return {"serving_default": {"text": np.array(["a"], object)}}


class ServingImageClassifier(ServingImages):
    """Serves a classifier of images: pixels or files in, classes out.

    `classify`, the default, takes `images`, uint8 `(B, H, W, C)`; `classify_files`
    `image_bytes`, strings `(B,)` that are PNG, JPEG, GIF or BMP files of any size,
    which are brought to that of the model. Both return `label`, the name of the
    likeliest class, and `probabilities` float32 `(B, K)` of all.

    Args:
        model: `Classifier` of a `VisionTransformer`, outside of any strategy.
        image_shape: `(H, W, C)`.
        class_names: list of K str.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_image_classifier((8, 8, 1), 10, network)
    serving = ServingImageClassifier(model, (8, 8, 1), list("0123456789"))
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    verb = "classify"

    def __init__(
        self,
        model: Classifier,
        image_shape: tuple[int, int, int],
        class_names: typing.Sequence[str],
        limits: Limits | None = None,
    ):
        super().__init__(model.chosen(), image_shape, limits)
        self._names = list(class_names)

    def classify(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the classes of images, uint8 `(B, H, W, C)`."""
        return self.of_pixels(images)

    def classify_files(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the classes of files of images, strings `(B,)`."""
        return self.of_files(image_bytes)

    def answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the classes of images, float32 `(B, H, W, C)` from -1 to 1."""
        return named_classes(self._network(images, training=False), self._names)
