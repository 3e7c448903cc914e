"""Batch normalization that leaves padding out, on any number of replicas."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kerazoo")
class MaskedBatchNormalization(keras.layers.BatchNormalization):
    r"""Batch normalization over the nodes of a mask, synchronized across replicas.

    [Ioffe & Szegedy, 2015](https://arxiv.org/abs/1502.03167), Algorithm 1, with the
    mean and the variance over the nodes whose mask is true. Keras's own layer does not
    synchronize them if there is a mask. The replicas' batches must be padded to one
    size.

    Args:
        **kwargs: Of `keras.layers.BatchNormalization`; `synchronized=True` needs the
            TensorFlow backend.

    Call arguments:
        inputs: float `(N, D)`.
        mask: bool `(N,)`, or None for all nodes.

    Returns:
        float `(N, D)`.

    Example:

    ```python
    layer = MaskedBatchNormalization()
    layer(np.ones((3, 8)), mask=np.array([True, True, False]), training=True)
    ```
    """

    def _moments(self, inputs, mask):
        if mask is None:
            return super()._moments(inputs, mask)
        weights = ops.cast(ops.expand_dims(mask, axis=-1), inputs.dtype)  # (N, 1)
        share = self._mean(weights)
        mean = ops.divide_no_nan(self._mean(inputs * weights), share)
        squares = self._mean(weights * ops.square(inputs - mean))
        return mean, ops.divide_no_nan(squares, share)

    def _mean(self, values):
        """Returns the mean over the nodes of all replicas."""
        mean, _ = ops.moments(values, axes=0, synchronized=self.synchronized)
        return mean
