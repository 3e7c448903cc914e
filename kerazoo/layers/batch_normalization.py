"""Batch normalization, with an activation, over all replicas."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class BatchNormalization(keras.layers.Layer):
    r"""Normalizes each channel over the global batch, then may apply an activation.

    Computes \(u = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta\), in training
    with the mean and the biased variance of the channel over all examples and
    positions, [Ioffe & Szegedy, 2015](https://arxiv.org/abs/1502.03167), Algorithm 1,
    in inference with their moving averages. It is `keras.layers.BatchNormalization` on
    the last axis, but for three things: with several replicas of `tf.distribute` the
    statistics are always those of all their examples, however uneven the shares; it
    takes fewer passes over the memory, which bounds it; and the variance is the mean
    square less the square of the mean. A layer that is not `trainable` is in inference.

    Args:
        momentum: float. Share of the moving averages that a batch leaves.
        epsilon: float. Added to the variance.
        activation: None, "relu" or "leaky_relu".
        negative_slope: float. Slope of the leaky ReLU below zero.
        gamma_initializer: Initializer of the scales.

    Call arguments:
        inputs: float `(B, ..., C)`.
        training: bool. Uses and averages the statistics of the batch.

    Returns:
        float `(B, ..., C)`.

    Raises:
        ValueError: If `activation` is another one.

    Example:

    ```python
    layer = BatchNormalization(activation="leaky_relu")
    layer(np.ones((2, 16, 16, 32)), training=True)  # (2, 16, 16, 32)
    ```
    """

    def __init__(
        self,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        activation: str | None = None,
        negative_slope: float = 0.2,
        gamma_initializer: str | keras.initializers.Initializer = "ones",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if activation not in (None, "relu", "leaky_relu"):
            raise ValueError(
                '`activation` must be None, "relu" or "leaky_relu". '
                f"Received: activation={activation!r}"
            )
        self.momentum = momentum
        self.epsilon = epsilon
        self.activation = activation
        self.negative_slope = negative_slope
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, inputs_shape):
        def add(name, initializer, trainable=True):
            return self.add_weight(
                shape=(inputs_shape[-1],),
                initializer=initializer,
                trainable=trainable,
                name=name,
                autocast=False,
            )

        self.gamma = add("gamma", self.gamma_initializer)
        self.beta = add("beta", "zeros")
        self.moving_mean = add("moving_mean", "zeros", trainable=False)
        self.moving_variance = add("moving_variance", "ones", trainable=False)

    def call(self, inputs: Tensor, training: bool | None = False) -> Tensor:
        shape = ops.shape(inputs)
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        x = ops.cast(inputs, dtype)
        x = ops.reshape(x, (shape[0], math.prod(shape[1:-1]), shape[-1]))
        gamma, beta = ops.cast(self.gamma, dtype), ops.cast(self.beta, dtype)
        if training and self.trainable:
            sums = ops.concatenate([_sum(x), _sum(ops.square(x))])
            mean, squares = ops.split(_mean(sums, x), 2)
            variance = ops.maximum(squares - ops.square(mean), 0.0)
            self._average(self.moving_mean, mean)
            self._average(self.moving_variance, variance)
            inverse = ops.rsqrt(variance + self.epsilon)
            outputs = ops.custom_gradient(_normalize)(x, gamma, beta, mean, inverse)
        else:
            mean = ops.cast(self.moving_mean, dtype)
            variance = ops.cast(self.moving_variance, dtype)
            scale = gamma * ops.rsqrt(variance + self.epsilon)
            outputs = x * scale + (beta - mean * scale)
        if self.activation == "relu":
            outputs = ops.relu(outputs)
        elif self.activation == "leaky_relu":
            outputs = ops.leaky_relu(outputs, self.negative_slope)
        outputs = ops.reshape(outputs, shape)
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "activation": self.activation,
            "negative_slope": self.negative_slope,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }

    def _average(self, average, value):
        old = ops.cast(average, value.dtype)
        average.assign(self.momentum * old + (1 - self.momentum) * value)


def _normalize(x, gamma, beta, mean, inverse):
    """Returns normalized `x`, `(B, P, C)`, and its gradient.

    The gradient by `x` is the whole one, with what comes through mean and inverse, by
    which there is none. It is a function of the arguments, and so differentiable.
    """

    # Written out, because it needs fewer passes over (B, P, C).
    def gradient(*args, upstream=None):
        # PyTorch passes the arguments too, and the upstream gradient by name.
        arguments = (x, gamma, beta, mean, inverse) if upstream is None else args
        return _gradient(args[0] if upstream is None else upstream, *arguments)

    scale = gamma * inverse
    return x * scale + (beta - mean * scale), gradient


def _gradient(dy, x, gamma, beta, mean, inverse):
    d_beta = _sum(dy)
    d_gamma = (_sum(dy * x) - mean * d_beta) * inverse
    # dx = gamma inverse (dy - mean(dy) - xhat mean(dy xhat)).
    mean_dy, mean_dy_xhat = ops.split(_mean(ops.concatenate([d_beta, d_gamma]), x), 2)
    slope = -inverse * mean_dy_xhat
    offset = -mean_dy - mean * slope
    dx = (x * slope + offset + dy) * (gamma * inverse)
    return dx, d_gamma, d_beta, None, None


def _sum(x):
    """Returns `(C,)` sums of `(B, P, C)`."""
    # In one step TensorFlow takes three times as long on a CPU.
    return ops.sum(ops.sum(x, axis=1), axis=0)


def _mean(sums, x):
    """Returns the sums of all replicas over their numbers of positions of `x`."""
    count = ops.cast(ops.shape(x)[0] * ops.shape(x)[1], x.dtype)
    # The mean over the replicas, of sums and of count: exact for any shares.
    means, _ = ops.moments(
        ops.concatenate([sums, ops.reshape(count, (1,))])[None],
        axes=[0],
        synchronized=keras.backend.backend() == "tensorflow",
    )
    return means[:-1] / means[-1]
