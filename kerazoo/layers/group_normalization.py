"""Group normalization, with SiLU in the same pass."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GroupNormalization(keras.layers.Layer):
    r"""Normalizes each group of channels of each example, then may apply SiLU.

    Computes \(u = \gamma (x - \mu_g) / \sqrt{\sigma_g^2 + \epsilon} + \beta\) with the
    mean and variance over all positions and the channels of the group,
    [Wu & He, 2018](https://arxiv.org/abs/1803.08494), Equation 1, and with
    `activation="silu"` then \(u \cdot \mathrm{sigmoid}(u)\).

    Memory, not arithmetic, bounds this layer: it sums each channel first and folds the
    groups on the small sums, which leaves one multiplication and one addition per
    element, and its gradient is written out, normalization and SiLU together. Sums are
    in the precision of the weights; the variance is the mean square less the square of
    the mean.

    Args:
        groups: int. Number of groups, a divisor of the channels.
        epsilon: float. Added to the variance.
        activation: None or "silu".

    Call arguments:
        inputs: float `(B, ..., C)`.

    Returns:
        float `(B, ..., C)`.

    Raises:
        ValueError: If C is not a multiple of `groups`, or `activation` is another one.

    Example:

    ```python
    layer = GroupNormalization(groups=8, activation="silu")
    layer(np.ones((2, 16, 16, 32)))  # (2, 16, 16, 32)
    ```
    """

    def __init__(
        self,
        groups: int = 8,
        epsilon: float = 1e-5,
        activation: str | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if groups < 1:
            raise ValueError(f"`groups` must be positive. Received: groups={groups}")
        if activation not in (None, "silu"):
            raise ValueError(
                '`activation` must be None or "silu". '
                f"Received: activation={activation!r}"
            )
        self.groups = groups
        self.epsilon = epsilon
        self.activation = activation

    def build(self, inputs_shape):
        channels = inputs_shape[-1]
        if channels is None or channels % self.groups:
            raise ValueError(
                "The channels must be a multiple of `groups`. "
                f"Received: channels={channels}, groups={self.groups}"
            )
        self.gamma = self.add_weight(
            shape=(channels,), initializer="ones", name="gamma", autocast=False
        )
        self.beta = self.add_weight(
            shape=(channels,), initializer="zeros", name="beta", autocast=False
        )

    def call(self, inputs: Tensor) -> Tensor:
        shape = ops.shape(inputs)
        x = ops.cast(inputs, self.variable_dtype)
        x = ops.reshape(x, (shape[0], -1, shape[-1]))
        # As tensors, because a custom gradient must not find variables in its function.
        gamma, beta = ops.cast(self.gamma, x.dtype), ops.cast(self.beta, x.dtype)
        outputs = ops.custom_gradient(self._normalize)(x, gamma, beta)
        outputs = ops.reshape(outputs, shape)
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "groups": self.groups,
            "epsilon": self.epsilon,
            "activation": self.activation,
        }

    def _normalize(self, x, gamma, beta):
        """Returns `(B, P, C)` outputs of `x` at P positions, and their gradient."""
        mean = self._group_mean(ops.mean(x, axis=1))  # (B, C)
        squares = self._group_mean(ops.mean(ops.square(x), axis=1))
        variance = ops.maximum(squares - ops.square(mean), 0.0)
        inverse = ops.rsqrt(variance + self.epsilon)
        scale = inverse * gamma
        u = x * scale[:, None] + (beta - mean * scale)[:, None]
        outputs = ops.silu(u) if self.activation == "silu" else u

        # Written out, because it needs a third fewer passes over (B, P, C).
        def gradient(*args, upstream=None):
            # PyTorch passes the inputs too, and the upstream gradient by name.
            du = args[0] if upstream is None else upstream
            if self.activation == "silu":
                sigmoid = ops.sigmoid(u)
                du = du * (sigmoid * (1 + u * (1 - sigmoid)))
            d_beta = ops.sum(du, axis=1)  # (B, C)
            d_gamma = (ops.sum(du * x, axis=1) - mean * d_beta) * inverse
            positions = ops.cast(ops.shape(x)[1], x.dtype)
            # dx = scale du - inverse (mean(gamma du) + xhat mean(gamma du xhat)).
            slope = -inverse * inverse * self._group_mean(gamma * d_gamma / positions)
            offset = -inverse * self._group_mean(gamma * d_beta / positions)
            offset = offset - mean * slope
            dx = du * scale[:, None] + (x * slope[:, None] + offset[:, None])
            return dx, ops.sum(d_gamma, axis=0), ops.sum(d_beta, axis=0)

        return outputs, gradient

    def _group_mean(self, x):
        """Replaces each of `(B, C)` by the mean over its group."""
        size = x.shape[-1] // self.groups
        means = ops.mean(ops.reshape(x, (-1, self.groups, size)), axis=-1)
        return ops.repeat(means, size, axis=-1)
