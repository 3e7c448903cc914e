"""Sinusoidal embedding of a real number."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class SinusoidalEmbedding(keras.layers.Layer):
    r"""Embeds numbers as cosines and sines of geometrically spaced frequencies.

    Computes \((\cos(s \omega_i x), \sin(s \omega_i x))\) with
    \(\omega_i = P^{-i / (D / 2)}\), i = 0, ..., D / 2 - 1, the cosines first: the
    encoding of positions in
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.5, that
    [Ho et al., 2020](https://arxiv.org/abs/2006.11239) use for time steps 0 to 1000.
    The angles are computed in the precision of the weights even where the layer's
    outputs are half precision.

    Args:
        size: int. Width D of the embedding, even.
        scale: float. Multiple s of the numbers, for numbers that lie closer than steps
            of 1: two that differ by 1 / s get different embeddings.
        max_period: float. P; the longest wave has length 2 pi P / s.

    Call arguments:
        inputs: float or int `(...)`.

    Returns:
        float `(..., D)`.

    Raises:
        ValueError: If `size` is odd or not positive.

    Example:

    ```python
    embedding = SinusoidalEmbedding(32, scale=200.0)
    embedding(np.array([-2.5, 0.0, 2.5]))  # (3, 32)
    ```
    """

    def __init__(
        self,
        size: int,
        scale: float = 1.0,
        max_period: float = 10_000.0,
        **kwargs: typing.Any,
    ):
        super().__init__(autocast=False, **kwargs)
        if size < 2 or size % 2:
            raise ValueError(f"`size` must be even and positive. Received: size={size}")
        self.size = size
        self.scale = scale
        self.max_period = max_period

    def build(self, inputs_shape):
        pass

    def call(self, inputs: Tensor) -> Tensor:
        half = self.size // 2
        exponents = ops.arange(half, dtype=self.variable_dtype) / half
        frequencies = self.scale * ops.exp(-math.log(self.max_period) * exponents)
        angles = ops.cast(inputs, self.variable_dtype)[..., None] * frequencies
        embedding = ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1)
        return ops.cast(embedding, self.compute_dtype)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape, self.size)

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "scale": self.scale,
            "max_period": self.max_period,
        }
