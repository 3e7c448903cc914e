"""A network that learns to write what is said."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.models.transformer.averaged_network import AveragedNetwork
from kerazoo.models.transformer.losses.ctc import ctc_loss
from kerazoo.models.transformer.losses.projected_cross_entropy import (
    projected_cross_entropy,
)
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import PAD
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas
from kerazoo.training.weight_average import AverageDecay


@keras.saving.register_keras_serializable(package="kerazoo")
class Recognizer(AveragedNetwork):
    r"""Learns texts of sounds by all ways to place them, and token by token.

    The loss is \(-\lambda \log p_\mathrm{ctc}(y | x) - (1 - \lambda) \log
    p_\mathrm{attention}(y | x)\) of
    [Watanabe et al., 2017](https://doi.org/10.1109/JSTSP.2017.2763455),
    over the tokens of all texts, of all replicas. Without a decoder it is the first
    part, with \(\lambda = 1\).

    Args:
        network: `SpeechRecognizer`.
        ctc_weight: float in [0, 1]. \(\lambda\), with a decoder.
        label_smoothing: float in [0, 1). Of the decoder's tokens.
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights, which writes the texts, forgets, in tokens.
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
        What the network does.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = SpeechRecognizer(30, hidden_size=16, num_layers=1, num_heads=2)
    model = Recognizer(network)
    model.compile(keras.optimizers.AdamW(1e-3))
    sounds = np.zeros((2, 8_000), "float32"), np.array([8_000, 4_000])
    model.train_step((sounds, np.array([[5, 6, 2], [7, 2, 0]])))  # 2 ends a text.
    ```
    """

    def __init__(
        self,
        network: keras.Model,
        ctc_weight: float = 0.3,
        label_smoothing: float = 0.0,
        average_decay: AverageDecay | None = None,
        external_average: bool = False,
        max_gradient_norm: float | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(
            network, average_decay, external_average, max_gradient_norm, **kwargs
        )
        if not 0 <= ctc_weight <= 1:
            raise ValueError(
                f"`ctc_weight` must be from 0 to 1. Received: ctc_weight={ctc_weight}"
            )
        if not 0 <= label_smoothing < 1:
            raise ValueError(
                "`label_smoothing` must be at least 0 and below 1. "
                f"Received: label_smoothing={label_smoothing}"
            )
        self.ctc_weight = ctc_weight
        self.label_smoothing = label_smoothing
        self.build(None)

    def train_step(self, data):
        """Takes one optimizer step.

        Args:
            data: This replica's `(inputs, targets)`, targets int `(B, U)`, which end
                with the token that says so; rows without tokens count for nothing.

        Returns:
            dict of `loss`, the mean over the tokens of the global batch, and with a
            decoder its parts `ctc_loss` and `attention_loss`; and `tokens`.
        """
        inputs, targets = data
        with tf.GradientTape() as tape:
            parts, counts = self._parts(self.network, inputs, targets, training=True)
            share = share_of_mean(parts["loss"], counts)
            total = self.optimizer.scale_loss(share)
        self.loss_tracker.update_state(parts["loss"], counts)
        variables = self.network.trainable_variables
        gradients = tape.gradient(
            total, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        self.apply_gradients(gradients, variables)
        tokens = sum_over_replicas(tf.reduce_sum(counts))
        self.update_average(tokens)
        return {**self._means(parts, counts), "tokens": tokens}

    def test_step(self, data):
        """Returns the losses without label smoothing, of the average if there is."""
        inputs, targets = data
        parts, counts = self._parts(self.chosen(), inputs, targets, training=False)
        self.loss_tracker.update_state(parts["loss"], counts)
        return self._means(parts, counts)

    def get_config(self):
        return {
            **super().get_config(),
            "ctc_weight": self.ctc_weight,
            "label_smoothing": self.label_smoothing,
        }

    def _means(self, parts, counts):
        return {
            name: sum_over_replicas(share_of_mean(losses, counts))
            for name, losses in parts.items()
        }

    def _parts(self, network, inputs, targets, training):
        """Returns the losses of each text by token, and how many it has, `(B,)`."""
        targets = ops.cast(targets, "int32")
        is_token = ops.not_equal(targets, PAD)
        counts = ops.sum(ops.cast(is_token, "float32"), axis=1)
        heard = network.encode(inputs, training=training)
        texts = ops.where(targets == EOS, PAD, targets)
        losses = ctc_loss(network.frame_logits(heard), heard.lengths, texts)
        by_token = lambda x: tf.math.divide_no_nan(x, counts)  # noqa: E731
        losses = by_token(losses)
        if network.decoder is None:
            return {"loss": losses}, counts
        before = ops.pad(targets[:, :-1], [[0, 0], [1, 0]], constant_values=BOS)
        hidden = network.features(heard, before, training=training)
        by_place = projected_cross_entropy(
            ops.reshape(hidden, (-1, hidden.shape[-1])),
            network.output_embeddings,
            ops.reshape(targets, (-1,)),
            self.label_smoothing if training else 0.0,
        )
        by_place = ops.where(is_token, ops.reshape(by_place, ops.shape(targets)), 0.0)
        attention = by_token(ops.sum(by_place, axis=1))
        mixed = self.ctc_weight * losses + (1 - self.ctc_weight) * attention
        return {"loss": mixed, "ctc_loss": losses, "attention_loss": attention}, counts
