"""Models that keep a moving average of the weights that they train."""

import keras
from keras import ops

from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.weight_average import AverageDecay
from kerazoo.training.weight_average import Scalar
from kerazoo.training.weight_average import move_average


class AveragedModel(ReplicaModel):
    """Base class of models that train a network and may keep an average of it.

    What a subclass does, in this order:

    1. in its constructor it sets `average_decay` and, where it wants an average,
       `self.average_network = self.copy_for_average(self.network)`, else None;
    2. when both networks have weights, it calls `start_average()`;
    3. in `call` it applies `chosen(average, training)`;
    4. at the end of `train_step` it calls `update_average(examples of the step)`.

    A subclass whose networks have other names than `network` and `average_network`
    overrides `averaged_pair`. An average that others set, such as the mean of
    `Snapshots`, is one without `average_decay`: `update_average` leaves it as it is.

    Attributes:
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights forgets, in examples.

    Example:

    ```python
    class Averaged(AveragedModel):
        def __init__(self, network, average_decay=None):
            super().__init__()
            self.network = network
            self.average_decay = average_decay
            self.average_network = None
            if average_decay is not None:
                self.average_network = self.copy_for_average(network)

        def build(self, inputs_shape):
            for network in filter(None, self.averaged_pair()):
                network.build(inputs_shape)
            self.start_average()

        def call(self, inputs, average=None, training=None):
            return self.chosen(average, training)(inputs, training=training)
    ```
    """

    average_decay: AverageDecay | None = None

    def averaged_pair(self) -> tuple[keras.Model, keras.Model | None]:
        """Returns the network that learns, and its average or None."""
        return self.network, self.average_network

    @staticmethod
    def copy_for_average(network: keras.Model) -> keras.Model:
        """Returns a network of the same kind and sizes, with weights of its own."""
        return type(network).from_config(network.get_config())

    def start_average(self) -> None:
        """Gives the average the weights of the network, and keeps it from training.

        It must have its weights by then: none of them may be the optimizer's.
        """
        network, average = self.averaged_pair()
        if average is not None:
            average.trainable = False
            average.set_weights(network.get_weights())

    def chosen(
        self, average: bool | None = None, training: bool | None = None
    ) -> keras.Model:
        """Returns the network, or its average: by default where there is one.

        Args:
            average: Whether to take the average.
            training: In training the default is the network.

        Raises:
            ValueError: If there is no average to take.
        """
        network, averaged = self.averaged_pair()
        if average and averaged is None:
            raise ValueError("Expected a model with an average. Received: average=True")
        if average is None:
            average = averaged is not None and not training
        return averaged if average else network

    def update_average(self, batch_size: Scalar) -> None:
        """Moves the average towards the network, after a step of so many examples.

        Args:
            batch_size: int or int scalar tensor. Examples of the step, over all
                replicas; none of them leave the average as it is.
        """
        if self.average_decay is None:
            return
        network, average = self.averaged_pair()
        # It still is 0 if float16's loss scaling has skipped the first step.
        step = ops.maximum(self.optimizer.iterations, 1)
        share = self.average_decay.share(step, batch_size)
        # Of no examples it may be no number.
        share = ops.where(batch_size > 0, share, 0.0)
        move_average(average, network, share)
