"""What a model adds to a network that it trains."""

import typing

import keras
import tensorflow as tf

from kerazoo.layers.tensor import Tensor
from kerazoo.training.averaged_model import AveragedModel
from kerazoo.training.replica_model import num_replicas
from kerazoo.training.weight_average import AverageDecay


class AveragedNetwork(AveragedModel):
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
        network: keras.Model,
        average_decay: AverageDecay | None = None,
        external_average: bool = False,
        max_gradient_norm: float | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.average_decay = average_decay
        self.external_average = external_average
        self.max_gradient_norm = max_gradient_norm
        self.average_network = None
        if average_decay is not None or external_average:
            self.average_network = self.copy_for_average(network)

    def build(self, inputs_shape):
        with tf.init_scope():  # Also where the first call is in a graph.
            for network in self.averaged_pair():
                if network is not None and not network.built:
                    network.build(inputs_shape)
            self.start_average()
        self.built = True

    def call(
        self,
        inputs: Tensor,
        average: bool | None = None,
        training: bool | None = None,
    ) -> Tensor:
        return self.chosen(average, training)(inputs, training=training)

    def with_added_losses(self, share: Tensor, added: list[Tensor]) -> Tensor:
        """Returns this replica's share of the loss with those that layers added.

        Args:
            share: Its share of the mean loss, float scalar.
            added: `losses` of the network right after it was called: at the next
                exchange between replicas another one calls it.
        """
        return share + sum(added) / num_replicas() if added else share

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
