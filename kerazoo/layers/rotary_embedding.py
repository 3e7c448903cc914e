"""Rotary embedding of positions."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class RotaryEmbedding(keras.layers.Layer):
    r"""Turns pairs of features of each head by angles that grow with the position.

    Features i and i + P / 2 are the coordinates of a point of the plane, which is
    turned by the angle \(s\,m\,\theta_i\) at position m, with
    \(\theta_i = M^{-2 i / P}\), i = 0, ..., P / 2 - 1: Equations 14 and 15 of
    [Su et al., 2021](https://arxiv.org/abs/2104.09864), where the pairs are
    neighbouring features. The product of a turned query and a turned key depends only
    on the distance of their positions. Angles are float32 even where the layer computes
    in half precision.

    Args:
        max_period: float. M; the slowest pair turns once in almost 2 pi M / s tokens.
        scale: float. Multiple s of the positions; 0.5 lays twice as many positions
            between the same angles.

    Call arguments:
        inputs: float `(B, T, H, P)`. Queries or keys, P even.
        positions: int or float, `(T,)` or `(B, T)`.

    Returns:
        float `(B, T, H, P)`.

    Raises:
        ValueError: If the inputs have another rank, or P is odd.

    Example:

    ```python
    rotary = RotaryEmbedding()
    rotary(np.ones((2, 10, 4, 8)), np.arange(10))  # (2, 10, 4, 8)
    ```
    """

    def __init__(
        self, max_period: float = 10_000.0, scale: float = 1.0, **kwargs: typing.Any
    ):
        super().__init__(autocast=False, **kwargs)
        self.max_period = max_period
        self.scale = scale

    def build(self, inputs_shape):
        if len(inputs_shape) != 4 or inputs_shape[-1] % 2:
            raise ValueError(
                "`inputs` must have shape (batch, tokens, heads, features) with evenly "
                f"many features. Received: inputs.shape={tuple(inputs_shape)}"
            )

    def call(self, inputs: Tensor, positions: Tensor) -> Tensor:
        half = inputs.shape[-1] // 2
        exponents = ops.arange(half, dtype="float32") / half
        frequencies = self.scale * ops.exp(-math.log(self.max_period) * exponents)
        angles = ops.cast(positions, "float32")[..., None, None] * frequencies
        cosines = ops.cast(ops.cos(angles), self.compute_dtype)  # (..., T, 1, P / 2)
        sines = ops.cast(ops.sin(angles), self.compute_dtype)
        x, y = ops.split(ops.cast(inputs, self.compute_dtype), 2, axis=-1)
        return ops.concatenate(
            [x * cosines - y * sines, y * cosines + x * sines], axis=-1
        )

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "max_period": self.max_period,
            "scale": self.scale,
        }
