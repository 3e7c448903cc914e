"""Gradient clipping that is right on any number of replicas."""

import typing

import keras
import tensorflow as tf


class GlobalNormClipping(tf.Module):
    """Clips what the replicas' gradients sum to, then lets an optimizer apply it.

    `clipnorm` and `global_clipnorm` of a Keras optimizer clip each replica's share
    before the sum, so that the same global batch gives another update on another
    number of replicas. This clips the sum, by its global norm
    ([Pascanu et al., 2013](https://arxiv.org/abs/1211.5063), Algorithm 1).

    Args:
        optimizer: Keras 3 optimizer without clipping of its own.
        max_norm: float. Largest allowed norm of all gradients together.

    Example:

    ```python
    weights = keras.Variable([1.0, 2.0])
    optimizer = GlobalNormClipping(keras.optimizers.SGD(1.0), max_norm=1.0)
    optimizer.apply_gradients([(tf.constant([0.0, 5.0]), weights)])  # [1.0, 1.0]
    ```
    """

    def __init__(
        self, optimizer: keras.optimizers.Optimizer, max_norm: float | tf.Tensor
    ):
        super().__init__(name="global_norm_clipping")
        self.optimizer = optimizer
        self.max_norm = max_norm

    def apply_gradients(
        self, grads_and_vars: typing.Iterable[tuple[typing.Any, typing.Any]]
    ) -> None:
        """Clips and applies, within a replica as much as outside of a strategy.

        Args:
            grads_and_vars: Pairs of a replica's share of a gradient and its variable.
                Variables without a gradient, None, are left alone.
        """
        # Slices of an embedding become dense: repeated rows would falsify the norm.
        grads_and_vars = [
            (tf.convert_to_tensor(gradient), variable)
            for gradient, variable in grads_and_vars
            if gradient is not None
        ]
        gradients, variables = zip(*grads_and_vars, strict=True)
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        if replicas > 1:
            context = tf.distribute.get_replica_context()
            gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, list(gradients))
        clipped, _ = tf.clip_by_global_norm(gradients, self.max_norm)
        # The optimizer sums over replicas once more: each gives an equal share.
        shares = [gradient / replicas for gradient in clipped]
        self.optimizer.apply_gradients(list(zip(shares, variables, strict=True)))
