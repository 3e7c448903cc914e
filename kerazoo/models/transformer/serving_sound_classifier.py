"""The signatures of exported classifiers of sounds."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.named_classes import named_classes
from kerazoo.models.transformer.sound_requests import silent_file
from kerazoo.models.transformer.sound_requests import sounds_of_files
from kerazoo.models.transformer.sound_requests import sounds_of_samples
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.tracing import trace


class ServingSoundClassifier:
    """Serves a classifier of sounds: files or samples in, classes out.

    `classify`, the default, takes `wav_bytes`, strings `(B,)` that are WAV files of any
    rate and number of channels; `classify_samples` takes `samples`, float32 `(B, N)`
    from -1 to 1 at the model's rate, and `lengths`, int32 `(B,)`, how many of each row
    count. Both return `label`, the name of the likeliest class, and `probabilities`
    float32 `(B, K)` of all in the order of `class_names`. The label of a row without
    samples is empty, and its classes are equally probable.

    Args:
        model: `Classifier` of a `SoundClassifier`, outside of any strategy.
        class_names: list of K str.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_sound_classifier(2, 16_000, network)
    serving = ServingSoundClassifier(model, ["no", "yes"])
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Classifier,
        class_names: typing.Sequence[str],
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_sound_classifier")
        self.module.weights = [weight.value for weight in self._network.weights]
        self._names = list(class_names)
        self._rate = self._network.sample_rate
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `classify`."""
        classify = trace(self.classify, wav_bytes=tf.TensorSpec((None,), tf.string))
        return {
            "serving_default": classify,
            "classify": classify,
            "classify_samples": trace(
                self.classify_samples,
                samples=tf.TensorSpec((None, None), tf.float32),
                lengths=tf.TensorSpec((None,), tf.int32),
            ),
        }

    def classify(self, wav_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the classes of WAV files, strings `(B,)`."""
        return self._named(*sounds_of_files(wav_bytes, self._rate, self._limits))

    def classify_samples(
        self, samples: tf.Tensor, lengths: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the classes of samples, float32 `(B, N)`, `lengths` of each row."""
        inputs = sounds_of_samples(samples, lengths, self._rate, self._limits)
        return self._named(*inputs)

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        samples = np.zeros((1, self._rate // 2), np.float32)
        return {
            "serving_default": {
                "wav_bytes": np.array([silent_file(self._rate)], object)
            },
            "classify_samples": {
                "samples": samples,
                "lengths": np.array([samples.size], np.int32),
            },
        }

    def _named(self, samples, lengths):
        rows = tf.shape(samples)[0]
        # One row and one frame at least, that there is something to see.
        inputs = [with_a_row(value) for value in (samples, lengths)]
        inputs[0] = tf.pad(inputs[0], [[0, 0], [0, 1]])
        logits = self._network(tuple(inputs), training=False)[:rows]
        return named_classes(logits, self._names, tf.equal(lengths, 0))
