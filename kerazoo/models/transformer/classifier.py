"""A network that learns to sort into classes."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.models.transformer.averaged_network import AveragedNetwork
from kerazoo.models.transformer.losses.smoothed_cross_entropy import (
    smoothed_cross_entropy,
)
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas
from kerazoo.training.weight_average import AverageDecay


@keras.saving.register_keras_serializable(package="kerazoo")
class Classifier(AveragedNetwork):
    """Learns the classes of texts or images.

    Args:
        network: `TextClassifier`, `VisionTransformer` or another Keras model to logits
            `(B, K)`.
        label_smoothing: float in [0, 1).
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights, which predicts, forgets, in examples.
        external_average: bool. Has an average that others set, such as the mean of
            `Snapshots`.
        max_gradient_norm: float or None. Clips the global norm of the gradient.

    Attributes:
        average_network: The average, or None.

    Call arguments:
        inputs: Of the network.
        average: bool. Whether to use the average; default: where there is one, but in
            training.
        training: bool or None.

    Returns:
        float32 `(B, K)`, the logits of the classes.

    Raises:
        ValueError: If `label_smoothing` is out of its range.

    Example:

    ```python
    network = VisionTransformer(10, hidden_size=16, num_layers=1, num_heads=2)
    model = Classifier(network, label_smoothing=0.1)
    model.compile(keras.optimizers.AdamW(1e-3))
    images, labels = np.zeros((8, 8, 8, 1), "float32"), np.arange(8)
    model.fit(images, labels, verbose=0)
    ```
    """

    def __init__(
        self,
        network: keras.Model,
        label_smoothing: float = 0.0,
        average_decay: AverageDecay | None = None,
        external_average: bool = False,
        max_gradient_norm: float | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(
            network, average_decay, external_average, max_gradient_norm, **kwargs
        )
        if not 0 <= label_smoothing < 1:
            raise ValueError(
                "`label_smoothing` must be at least 0 and below 1. "
                f"Received: label_smoothing={label_smoothing}"
            )
        self.label_smoothing = label_smoothing
        self.accuracy_tracker = keras.metrics.Mean(name="accuracy")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.loss_tracker, self.accuracy_tracker]

    def train_step(self, data):
        """Takes one optimizer step.

        Args:
            data: This replica's `(inputs, labels)` or `(inputs, labels, weights)`,
                labels int `(B,)`; -1 stands for none and does not count.

        Returns:
            dict of `loss` and `accuracy`, means over the global batch.
        """
        inputs, labels, weights = self._unpacked(data)
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            added = self.network.losses
            losses = smoothed_cross_entropy(logits, labels, self.label_smoothing)
            share = share_of_mean(losses, weights)
            total = self.optimizer.scale_loss(self.with_added_losses(share, added))
        self.loss_tracker.update_state(losses, weights)
        variables = self.network.trainable_variables
        self.apply_gradients(tape.gradient(total, variables), variables)
        count = ops.sum(ops.cast(weights > 0, "float32"))
        self.update_average(sum_over_replicas(count))
        return {
            "loss": sum_over_replicas(share),
            "accuracy": self._accuracy(logits, labels, weights),
        }

    def test_step(self, data):
        """Returns `loss`, without label smoothing, and `accuracy` of the average."""
        inputs, labels, weights = self._unpacked(data)
        logits = self(inputs)
        losses = smoothed_cross_entropy(logits, labels)
        self.loss_tracker.update_state(losses, weights)
        return {
            "loss": sum_over_replicas(share_of_mean(losses, weights)),
            "accuracy": self._accuracy(logits, labels, weights),
        }

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}

    def _unpacked(self, data):
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        labels = ops.cast(labels, "int32")
        counts = ops.cast(labels >= 0, "float32")
        weights = counts if weights is None else counts * ops.cast(weights, "float32")
        return inputs, ops.maximum(labels, 0), weights

    def _accuracy(self, logits, labels, weights):
        is_right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), labels), "float32")
        self.accuracy_tracker.update_state(is_right, weights)
        return sum_over_replicas(share_of_mean(is_right, weights))
