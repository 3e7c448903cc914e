"""Dropout of node features, dense or sparse."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="kerazoo")
class FeatureDropout(keras.layers.Dropout):
    """Dropout that takes a `tf.SparseTensor`, too, and drops its entries.

    A zero stays zero whatever is dropped, so only the entries are drawn for: at the
    1.3 % of non-zero word counts of a citation graph most of the work is saved.

    Args:
        rate: Share of the features that become 0.

    Call arguments:
        inputs: float `(N, D)`, a tensor or a `tf.SparseTensor`.

    Example:

    ```python
    features = tf.sparse.from_dense([[1.0, 0.0], [0.0, 2.0]])
    FeatureDropout(0.5)(features, training=True)
    ```
    """

    def call(
        self, inputs: tf.Tensor | tf.SparseTensor, training: bool = False
    ) -> tf.Tensor | tf.SparseTensor:
        if not isinstance(inputs, tf.SparseTensor):
            return super().call(inputs, training=training)
        if not training or not self.rate:
            return inputs
        values = super().call(inputs.values, training=True)
        return inputs.with_values(values)
