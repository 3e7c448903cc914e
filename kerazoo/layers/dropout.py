"""Dropout that takes little time on a CPU."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor

_LEVELS = 2**16


@keras.saving.register_keras_serializable(package="kerazoo")
class Dropout(keras.layers.Layer):
    r"""Sets a share of the features to 0 in training, and scales the others up.

    [Srivastava et al., 2014](https://jmlr.org/papers/v15/srivastava14a.html), Section
    10: what is left is multiplied by \(1 / (1 - p)\), so that the expected value stays.
    Other than `keras.layers.Dropout`, which draws a float for each feature, it draws
    one integer for two, which takes less time; the rate is rounded to a
    multiple of 2^-16.

    Args:
        rate: float in [0, 1). Share p of the features.
        seed: int or None.

    Call arguments:
        inputs: float `(B, ...)`.
        training: bool or None.

    Returns:
        float `(B, ...)`.

    Raises:
        ValueError: If `rate` is not in [0, 1).

    Example:

    ```python
    Dropout(0.5)(np.ones((2, 4)), training=True)
    ```
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(
                f"`rate` must be at least 0 and below 1. Received: rate={rate}"
            )
        self.rate = rate
        self.seed = seed
        self.seed_generator = None
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, inputs_shape):
        pass

    def call(self, inputs: Tensor, training: bool | None = False) -> Tensor:
        dropped = min(round(self.rate * _LEVELS), _LEVELS - 1)
        if not training or not dropped:
            return inputs
        shape = ops.shape(inputs)
        size = math.prod(shape)
        integers = keras.random.randint(
            ((size + 1) // 2, 1), -(2**31), 2**31 - 1, "int32", self.seed_generator
        )
        halves = ops.reshape(ops.view(integers, "int16"), (-1,))[:size]
        is_kept = ops.reshape(halves, shape) >= dropped - _LEVELS // 2
        factors = ops.cast(is_kept, inputs.dtype) * ops.cast(
            _LEVELS / (_LEVELS - dropped), inputs.dtype
        )
        return inputs * factors

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
