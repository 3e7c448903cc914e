"""Losses of the graph tasks, one value per example."""

import keras
import tensorflow as tf

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
def cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """Returns `(B,)` cross-entropies of int `(B,)` labels and float `(B, C)` logits."""
    return keras.losses.sparse_categorical_crossentropy(
        labels, logits, from_logits=True
    )


@keras.saving.register_keras_serializable(package="kerazoo")
def binary_cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """Returns `(B,)` cross-entropies of labels 0 or 1 and logits, both `(B,)`."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)


@keras.saving.register_keras_serializable(package="kerazoo")
def as_given(labels: Tensor, losses: Tensor) -> Tensor:
    """Returns `(B,)` losses that the model has worked out itself; labels are unused."""
    return losses
