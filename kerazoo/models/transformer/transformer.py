"""A network that learns to predict tokens."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.models.transformer.averaged_network import AveragedNetwork
from kerazoo.models.transformer.losses.projected_cross_entropy import (
    projected_cross_entropy,
)
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas
from kerazoo.training.weight_average import AverageDecay


@keras.saving.register_keras_serializable(package="kerazoo")
class Transformer(AveragedNetwork):
    r"""Learns to predict each token of a target from those before it.

    The loss is the mean, weighted where weights are given, over all tokens, of all
    replicas, that are no padding:
    \(-(1 - \epsilon) \log p_y - \frac{\epsilon}{V} \sum_v \log p_v\), with the label
    smoothing of [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 5.4,
    in training only.

    Args:
        network: `EncoderDecoder`, `CausalLanguageModel`, or another Keras model with
            their methods `features` and `logits`, which `build` of no particular shape
            makes ready; to write texts also `start` and `step`, and to go on with
            them `read`.
        label_smoothing: float in [0, 1).
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights, which writes the texts, forgets, in tokens.
        external_average: bool. Has an average that others set, such as the mean of
            `Snapshots`.
        max_gradient_norm: float or None. Clips the global norm of the gradient.
        pad: int. Target that does not count.

    Attributes:
        average_network: The average, or None.

    Call arguments:
        inputs: Of the network: tokens int `(B, T)`, or `[source, target]`.
        average: bool. Whether to use the average; default: where there is one, but in
            training.
        training: bool or None.

    Returns:
        float32 `(B, T, V)`, the logits of each next token.

    Raises:
        ValueError: If `label_smoothing` is out of its range.

    Example:

    ```python
    network = CausalLanguageModel(1_000, hidden_size=16, num_layers=1, num_heads=2)
    model = Transformer(network)
    model.compile(keras.optimizers.AdamW(1e-3))
    tokens = np.random.default_rng(0).integers(4, 1_000, (8, 17))
    model.fit(tokens[:, :-1], tokens[:, 1:], verbose=0)
    ```
    """

    def __init__(
        self,
        network: keras.Model,
        label_smoothing: float = 0.0,
        average_decay: AverageDecay | None = None,
        external_average: bool = False,
        max_gradient_norm: float | None = None,
        pad: int = 0,
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
        self.pad = pad
        self.build((None, None))

    def train_step(self, data):
        """Takes one optimizer step.

        Args:
            data: This replica's `(inputs, targets)` or `(inputs, targets, weights)`,
                targets int `(B, T)`, weights float `(B,)` or `(B, T)`.

        Returns:
            dict of `loss`, the weighted mean over the tokens of the global batch, and
            `tokens`, the number of those with a weight above 0.
        """
        inputs, targets, weights = self._unpacked(data)
        count = sum_over_replicas(ops.sum(ops.cast(weights > 0, "float32")))
        with tf.GradientTape() as tape:
            losses = self._token_losses(self.network, inputs, targets, True)
            added = self.network.losses
            share = share_of_mean(losses, weights)
            total = self.optimizer.scale_loss(self.with_added_losses(share, added))
        self.loss_tracker.update_state(losses, weights)
        variables = self.network.trainable_variables
        self.apply_gradients(tape.gradient(total, variables), variables)
        self.update_average(count)
        return {"loss": sum_over_replicas(share), "tokens": count}

    def test_step(self, data):
        """Returns `loss` without label smoothing, of the average where there is one."""
        inputs, targets, weights = self._unpacked(data)
        losses = self._token_losses(self.chosen(), inputs, targets, False)
        self.loss_tracker.update_state(losses, weights)
        return {"loss": sum_over_replicas(share_of_mean(losses, weights))}

    def get_config(self):
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "pad": self.pad,
        }

    def _unpacked(self, data):
        """Returns inputs, targets, and weights `(B, T)` that are 0 for padding."""
        inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        counts = ops.cast(ops.not_equal(targets, self.pad), "float32")
        if weights is None:
            return inputs, targets, counts
        weights = ops.cast(weights, "float32")
        if len(weights.shape) == 1:
            weights = weights[:, None]
        return inputs, targets, counts * weights

    def _token_losses(self, network, inputs, targets, training):
        """Returns the loss of each token, float32 `(B, T)`."""
        hidden = network.features(inputs, training=training)
        shape = ops.shape(targets)
        losses = projected_cross_entropy(
            ops.reshape(hidden, (-1, hidden.shape[-1])),
            network.output_embeddings,
            ops.reshape(targets, (-1,)),
            self.label_smoothing if training else 0.0,
        )
        return ops.reshape(losses, shape)
