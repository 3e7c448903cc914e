"""What a model adds to a network that it trains."""

import keras
import tensorflow as tf

from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.weight_average import move_average


class AveragedNetwork(ReplicaModel):
    """Base class of models that train a network and may keep an average of it.

    Args:
        network: Keras model, built or with a first call to come.
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights forgets, in examples.
        external_average: bool. Has an average that others set, such as the mean of
            `Snapshots`.
        max_gradient_norm: float or None. Clips the global norm of the gradient.

    Attributes:
        average_network: The average, or None.
    """

    def __init__(
        self,
        network,
        average_decay=None,
        external_average=False,
        max_gradient_norm=None,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.average_decay = average_decay
        self.external_average = external_average
        self.max_gradient_norm = max_gradient_norm
        self.average_network = None
        if average_decay is not None or external_average:
            self.average_network = type(network).from_config(network.get_config())

    def build(self, inputs_shape):
        with tf.init_scope():  # Also where the first call is in a graph.
            for network in (self.network, self.average_network):
                if network is not None and not network.built:
                    network.build(inputs_shape)
            if self.average_network is not None:
                # Now that it has weights: none may be the optimizer's.
                self.average_network.trainable = False
                self.average_network.set_weights(self.network.get_weights())
        self.built = True

    def call(self, inputs, average=None, training=None):
        return self.chosen(average, training)(inputs, training=training)

    def chosen(self, average=None, training=None):
        """Returns the network, or its average: by default where there is one.

        Args:
            average: bool or None.
            training: bool or None. In training the default is the network.
        """
        if average and self.average_network is None:
            raise ValueError("Expected a model with an average. Received: average=True")
        if average is None:
            average = self.average_network is not None and not training
        return self.average_network if average else self.network

    def update_average(self, batch_size):
        """Moves the average towards the network, after a step of so many examples."""
        if self.average_decay is None:
            return
        # It still is 0 if float16's loss scaling has skipped the first step.
        step = keras.ops.maximum(self.optimizer.iterations, 1)
        share = self.average_decay.share(step, batch_size)
        # Of no examples it may be no number.
        share = keras.ops.where(batch_size > 0, share, 0.0)
        move_average(self.average_network, self.network, share)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "network": serialize(self.network),
            "average_decay": serialize(self.average_decay),
            "external_average": self.external_average,
            "max_gradient_norm": self.max_gradient_norm,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))
