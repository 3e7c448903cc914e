"""Adam in one pass over each variable."""

import typing

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("kerazoo")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` by a kernel of TensorFlow, for what XLA does not compile.

    Keras' update is some ten operations that read and write all weights each; without
    XLA, which joins them, that takes twice as long on a CPU. Weights and states are
    those of `keras.optimizers.Adam`, without `amsgrad`.

    Example:

    ```python
    weights = keras.Variable([1.0, 2.0])
    optimizer = FusedAdam(0.1)
    optimizer.apply_gradients([(tf.constant([0.0, 5.0]), weights)])  # [1.0, 1.9]
    ```
    """

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: typing.Any
    ) -> None:
        if self.amsgrad or not isinstance(gradient, tf.Tensor):
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        dtype = variable.dtype
        step = tf.cast(self.iterations.value + 1, dtype)
        beta_1, beta_2 = (
            tf.constant(self.beta_1, dtype),
            tf.constant(self.beta_2, dtype),
        )
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=beta_1**step,
            beta2_power=beta_2**step,
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
