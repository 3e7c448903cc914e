"""Adagrad in one operation for each variable."""

import typing

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="kerazoo")
class FusedAdagrad(keras.optimizers.Adagrad):
    r"""Keras' Adagrad for large tables, several times as fast on a CPU.

    A step touches the rows that have a gradient, and goes over memory once. The square
    is that of a row's whole gradient, not of each example's part.

    Args:
        learning_rate: Step size.
        epsilon: Added to the root of the sum of squares, not to the sum.
        **kwargs: Of `keras.optimizers.Adagrad`.

    Example:

    ```python
    table = keras.Variable(np.zeros((3, 2), "float32"))
    gradient = tf.IndexedSlices(tf.ones((1, 2)), tf.constant([1]), tf.constant([3, 2]))
    FusedAdagrad(0.5).apply([gradient], [table])  # Row 1 is -0.5.
    ```
    """

    def __init__(
        self,
        learning_rate: typing.Any = 0.1,
        initial_accumulator_value: float = 0.0,
        epsilon: float = 1e-10,
        **kwargs: typing.Any,
    ):
        super().__init__(learning_rate, initial_accumulator_value, epsilon, **kwargs)

    def update_step(
        self, gradient: typing.Any, variable: typing.Any, learning_rate: typing.Any
    ) -> None:
        if isinstance(variable, keras.Variable):
            variable = variable.value
        accumulator = self._accumulators[self._get_variable_index(variable)]
        arguments = {
            "var": variable.handle,
            "accum": accumulator.value.handle,
            "lr": tf.cast(learning_rate, variable.dtype),
            "epsilon": tf.cast(self.epsilon, variable.dtype),
        }
        if isinstance(gradient, tf.IndexedSlices):
            # A row of several examples has one gradient, their sum.
            rows, places = tf.unique(gradient.indices)
            sums = tf.math.unsorted_segment_sum(
                gradient.values, places, tf.shape(rows)[0]
            )
            tf.raw_ops.ResourceSparseApplyAdagradV2(
                grad=sums, indices=rows, **arguments
            )
        else:
            tf.raw_ops.ResourceApplyAdagradV2(grad=gradient, **arguments)
