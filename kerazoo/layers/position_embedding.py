"""Learned embedding of positions."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class PositionEmbedding(keras.layers.Layer):
    """Looks up a learned vector for each position.

    As in [Gehring et al., 2017](https://arxiv.org/abs/1705.03122), Section 3.1, and
    BERT, whose standard deviation of 0.02 the vectors start with.

    Args:
        max_length: int. Number of positions, 0 to `max_length - 1`.
        units: int. Width D of a vector.

    Call arguments:
        positions: int `(...)`.

    Returns:
        float `(..., D)`.

    Raises:
        ValueError: If `max_length` or `units` is not positive.

    Example:

    ```python
    PositionEmbedding(max_length=128, units=32)(np.arange(10))  # (10, 32)
    ```
    """

    def __init__(self, max_length: int, units: int, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if max_length < 1 or units < 1:
            raise ValueError(
                "`max_length` and `units` must be positive. "
                f"Received: max_length={max_length}, units={units}"
            )
        self.max_length = max_length
        self.units = units

    def build(self, positions_shape):
        self.embeddings = self.add_weight(
            shape=(self.max_length, self.units),
            initializer=keras.initializers.RandomNormal(stddev=0.02),
            name="embeddings",
        )

    def call(self, positions: Tensor) -> Tensor:
        return ops.take(self.embeddings, positions, axis=0)

    def compute_output_shape(self, positions_shape):
        return (*positions_shape, self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "units": self.units,
        }
