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
        self._sizes = []  # Features and filters of what each convolution gets.
        for convolution in self.convolutions:
            self._sizes.append((size, filters))
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
            x = _frames_alone(x, lengths)
            # Not "same", whose padding depends on how many frames there are.
            x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            x = convolution(x)
            lengths = _halved(lengths)
        x = ops.reshape(x, (batch, -1, x.shape[2] * x.shape[3]))
        return self.projection(x), lengths

    def start_stream(self, batch_size: Tensor | int) -> tuple[Tensor, ...]:
        """Returns what `stream` remembers before a spectrogram begins.

        Args:
            batch_size: int or int scalar. B.

        Returns:
            For each convolution the frame before, all 0.

        Raises:
            ValueError: If the layer is not built.
        """
        if not self.built:
            raise ValueError("A stream needs a layer that is built. Received: no shape")
        return tuple(
            ops.zeros((batch_size, 1, *sizes), self.compute_dtype)
            for sizes in self._sizes
        )

    def stream(
        self, inputs: Tensor, cache: tuple[Tensor, ...], lengths: Tensor
    ) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """Computes what comes of the next frames.

        Args:
            inputs: float `(B, T, M)`, T a multiple of `factor`.
            cache: Of `start_stream`, or of the frames before.
            lengths: int `(B,)`, how many of the frames are no padding. Fewer than T end
                the row.

        Returns:
            The outputs, float `(B, T / factor, D)`, how many of them are no padding,
            int32 `(B,)`, and the next cache.
        """
        x, lengths, after = inputs[..., None], ops.cast(lengths, "int32"), []
        for convolution, before in zip(self.convolutions, cache):
            x = ops.cast(_frames_alone(x, lengths), before.dtype)
            after.append(x[:, -1:])
            x = ops.concatenate([before, x], axis=1)
            x = convolution(ops.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0))))
            lengths = _halved(lengths)
        shape = (-1, inputs.shape[1] // self.factor, x.shape[2] * x.shape[3])
        return self.projection(ops.reshape(x, shape)), lengths, tuple(after)

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


def _frames_alone(x, lengths):
    is_frame = length_mask(lengths, ops.shape(x)[1])[..., None, None]
    return ops.where(is_frame, x, ops.zeros_like(x))


def _halved(count):
    return (count + 1) // 2
