"""Layer normalization that takes little time on a CPU."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class LayerNormalization(keras.layers.Layer):
    r"""Normalizes the features of each token.

    Computes \(\gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta\) with the mean and
    the biased variance over the last axis,
    [Ba et al., 2016](https://arxiv.org/abs/1607.06450), Equation 4, in float32 at
    least. It is `keras.layers.LayerNormalization` on the last axis; its gradient is
    written out, which takes two thirds of the time.

    Args:
        epsilon: float. Added to the variance.

    Call arguments:
        inputs: float `(B, ..., D)`.

    Returns:
        float `(B, ..., D)`.

    Example:

    ```python
    LayerNormalization()(np.random.normal(size=(2, 10, 32)))  # (2, 10, 32)
    ```
    """

    def __init__(self, epsilon: float = 1e-5, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, inputs_shape):
        shape = (inputs_shape[-1],)
        self.gamma = self.add_weight(
            shape=shape, initializer="ones", name="gamma", autocast=False
        )
        self.beta = self.add_weight(
            shape=shape, initializer="zeros", name="beta", autocast=False
        )

    def call(self, inputs: Tensor) -> Tensor:
        shape, size = ops.shape(inputs), inputs.shape[-1]
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        x = ops.reshape(ops.cast(inputs, dtype), (-1, size))
        mean = _row_mean(x)
        centered = x - mean
        inverse = ops.rsqrt(_row_mean(ops.square(centered)) + self.epsilon)
        gamma, beta = ops.cast(self.gamma, dtype), ops.cast(self.beta, dtype)
        outputs = ops.custom_gradient(_normalize)(
            x, gamma, beta, ops.stop_gradient(mean), ops.stop_gradient(inverse)
        )
        return ops.cast(ops.reshape(outputs, shape), self.compute_dtype)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def _normalize(x, gamma, beta, mean, inverse):
    """Returns normalized `x`, `(N, D)`, and its gradient.

    The gradient by `x` is the whole one, with what comes through mean and inverse, by
    which there is none. It is a function of the arguments, and so differentiable.
    """

    def gradient(*args, upstream=None):
        # PyTorch passes the arguments too, and the upstream gradient by name.
        arguments = (x, gamma, mean, inverse)
        if upstream is not None:
            arguments = (args[0], args[1], args[3], args[4])
        return _gradient(args[0] if upstream is None else upstream, *arguments)

    return (x - mean) * inverse * gamma + beta, gradient


def _gradient(dy, x, gamma, mean, inverse):
    normal = (x - mean) * inverse
    product = dy * normal
    ones = ops.ones((1, ops.shape(x)[0]), dy.dtype)
    d_gamma, d_beta = ops.matmul(ones, product)[0], ops.matmul(ones, dy)[0]
    # dx = inverse (dy gamma - mean(dy gamma) - normal mean(dy gamma normal)).
    weights = ops.reshape(gamma, (-1, 1)) / x.shape[-1]
    of_mean, of_scale = ops.matmul(dy, weights), ops.matmul(product, weights)
    dx = inverse * (dy * gamma - of_mean - normal * of_scale)
    return dx, d_gamma, d_beta, None, None


def _row_mean(x):
    """Returns the means of the rows, `(N, 1)`, as a product, which is fast."""
    size = x.shape[-1]
    return ops.matmul(x, ops.full((size, 1), 1 / size, x.dtype))
