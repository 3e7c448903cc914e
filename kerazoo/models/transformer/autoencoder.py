"""A network that learns to paint what is hidden."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.layers.patches import extract_patches
from kerazoo.models.transformer.averaged_network import AveragedNetwork
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas


@keras.saving.register_keras_serializable(package="kerazoo")
class Autoencoder(AveragedNetwork):
    """Learns the pixels of hidden patches, by the mean of their squared errors.

    Args:
        network: `MaskedAutoencoder`.
        label_smoothing: float. Has no meaning here, and must be 0.
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights forgets, in images.
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
        float32 `(B, M, P * C)`, the pixels of the hidden patches.

    Raises:
        ValueError: If `label_smoothing` is not 0.

    Example:

    ```python
    network = MaskedAutoencoder(2, hidden_size=16, num_layers=1, num_heads=2)
    model = Autoencoder(network)
    model.build([(None, 8, 8, 1), (None, 16)])
    order = np.tile(np.arange(16), (4, 1))
    model([np.zeros((4, 8, 8, 1)), order])  # (4, 12, 4)
    ```
    """

    def __init__(
        self,
        network: keras.Model,
        label_smoothing: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(network, **kwargs)
        if label_smoothing:
            raise ValueError(
                "`label_smoothing` is for tokens and classes. "
                f"Received: label_smoothing={label_smoothing}"
            )

    def train_step(self, data):
        """Takes one optimizer step.

        Args:
            data: This replica's images and orders of their patches, see
                `MaskedAutoencoder`.

        Returns:
            dict of `loss`, the mean over the pixels of the global batch.
        """
        with tf.GradientTape() as tape:
            losses = self.errors(self.network, data, training=True)
            share = share_of_mean(losses)
            total = self.optimizer.scale_loss(share)
        self.loss_tracker.update_state(losses)
        variables = self.network.trainable_variables
        self.apply_gradients(tape.gradient(total, variables), variables)
        self.update_average(sum_over_replicas(tf.size(losses, tf.float32)))
        return {"loss": sum_over_replicas(share)}

    def test_step(self, data):
        """Returns `loss` of the average where there is one."""
        losses = self.errors(self.chosen(), data)
        self.loss_tracker.update_state(losses)
        return {"loss": sum_over_replicas(share_of_mean(losses))}

    @staticmethod
    def errors(
        network: keras.Model,
        data: tuple[tf.Tensor, tf.Tensor],
        training: bool = False,
    ) -> tf.Tensor:
        """Returns the mean squared error of each image, float32 `(B,)`.

        Args:
            network: The network, or its average.
            data: Images and orders of their patches.
            training: Drops out in training.
        """
        images, order = data
        patches = extract_patches(images, (network.patch_size,) * 2)
        count = network.num_visible(order.shape[1])
        wanted = ops.take_along_axis(patches, order[:, count:, None], axis=1)
        found = network(data, training=training)
        return ops.mean(ops.square(found - ops.cast(wanted, "float32")), axis=(1, 2))
