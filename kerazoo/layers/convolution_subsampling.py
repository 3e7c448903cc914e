"""Fewer frames than a spectrogram has, by convolutions."""

import typing

import keras
from keras import ops

from kerazoo.layers.lengths import length_mask
from kerazoo.layers.lengths import pair_spec
from kerazoo.layers.tensor import Tensor

_FACTORS = (2, 4, 8)
_SIZE = 3  # Of a kernel.


@keras.saving.register_keras_serializable(package="kerazoo")
class ConvolutionSubsampling(keras.layers.Layer):
    """Halves frames and features by convolutions, then maps each frame linearly.

    The first layers of [Dong et al., 2018](https://doi.org/10.1109/ICASSP.2018.8462506)
    and of [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), Section 2: ReLU
    convolutions of 3x3 with stride 2. What is beyond a row's frames counts as 0 before
    each of them, so that padding changes nothing. An output sees its own `factor`
    frames and `factor` - 1 before, none after.

    Args:
        units: int. Features D of the outputs.
        factor: 2, 4 or 8. How many frames become one.
        filters: int or None. Features of the convolutions; None for `units`.

    Call arguments:
        inputs: float `(B, T, M)`.
        lengths: int `(B,)` or None. Frames of each row; None for T.

    Returns:
        float `(B, ceil(T / factor), D)`, and int32 `(B,)`, the frames of each row.

    Raises:
        ValueError: If an argument is out of its range, or the inputs have another rank.

    Example:

    ```python
    layer = ConvolutionSubsampling(32)
    outputs, lengths = layer(np.ones((2, 100, 80)), np.array([100, 41]))
    outputs.shape, lengths  # (2, 25, 32), [25, 11]
    ```
    """

    def __init__(
        self,
        units: int,
        factor: int = 4,
        filters: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if factor not in _FACTORS:
            raise ValueError(
                f"`factor` must be one of {list(_FACTORS)}. Received: factor={factor}"
            )
        for name, value in (("units", units), ("filters", filters)):
            if value is not None and value < 1:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        self.units = units
        self.factor = factor
        self.filters = filters
        self.convolutions = [
            keras.layers.Conv2D(
                filters or units,
                _SIZE,
                strides=2,
                activation="relu",
                kernel_initializer="he_uniform",
                dtype=self.dtype_policy,
                name=f"convolution_{i}",
            )
            for i in range(_FACTORS.index(factor) + 1)
        ]
        self.projection = keras.layers.Dense(
            units, dtype=self.dtype_policy, name="projection"
        )

    def build(self, inputs_shape):
        if len(inputs_shape) != 3:
            raise ValueError(
                "`inputs` must have shape (batch, frames, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        size, filters = inputs_shape[-1], 1
        for convolution in self.convolutions:
            convolution.build((None, None, size + _SIZE - 1, filters))
            size, filters = _halved(size), convolution.filters
        self.projection.build((None, None, size * filters))

    def call(
        self, inputs: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        batch, frames = ops.shape(inputs)[:2]
        if lengths is None:
            lengths = ops.full((batch,), frames, "int32")
        lengths = ops.cast(lengths, "int32")
        x = inputs[..., None]
        for convolution in self.convolutions:
            is_frame = length_mask(lengths, ops.shape(x)[1])[..., None, None]
            x = ops.where(is_frame, x, ops.zeros_like(x))
            # Not "same", whose padding depends on how many frames there are.
            x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            x = convolution(x)
            lengths = _halved(lengths)
        x = ops.reshape(x, (batch, -1, x.shape[2] * x.shape[3]))
        return self.projection(x), lengths

    def lengths(self, lengths: Tensor) -> Tensor:
        """Returns how many frames are left of so many, int of any shape."""
        for _ in self.convolutions:
            lengths = _halved(lengths)
        return lengths

    def compute_output_spec(self, inputs, lengths=None):
        batch, frames, _ = inputs.shape
        frames = None if frames is None else self.lengths(frames)
        return pair_spec((batch, frames, self.units), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "factor": self.factor,
            "filters": self.filters,
        }


def _halved(count):
    return (count + 1) // 2
