"""Masks over times and frequencies of a spectrogram, for training."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor

# Of a mask: where it is and how wide.
_NUMBERS = 2


@keras.saving.register_keras_serializable(package="kerazoo")
class SpecAugment(keras.layers.Layer):
    r"""Sets random stretches of time and bands of frequency to 0 in training.

    Of [Park et al., 2019](https://arxiv.org/abs/1904.08779), Section 2, without the
    time warping, which it finds to matter least: a frequency mask of f bands, f uniform
    in [0, F], begins at a band uniform in [0, M - f]; a time mask of t frames, t
    uniform in [0, min(W, p T)], at a frame uniform in [0, T - t]. Zero is the mean of
    features that are normalised.

    Args:
        time_masks: int. Number of time masks.
        max_time_width: int. Most frames W of one.
        max_time_share: float in [0, 1]. Most p of a row's T frames.
        frequency_masks: int. Number of frequency masks.
        max_frequency_width: int. Most bands F of one, no more than there are.
        seed: int or None.

    Call arguments:
        inputs: float `(B, T, M)`.
        lengths: int `(B,)` or None. Frames of each row; None for T.
        uniforms: float `(B, num_uniforms)` in [0, 1) or None. Where the masks are, so
            that equal numbers give equal masks however a batch is split; None draws
            them.
        training: bool or None.

    Returns:
        float `(B, T, M)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    SpecAugment(seed=0)(np.ones((2, 100, 80)), training=True)  # (2, 100, 80)
    ```
    """

    def __init__(
        self,
        time_masks: int = 2,
        max_time_width: int = 40,
        max_time_share: float = 0.2,
        frequency_masks: int = 2,
        max_frequency_width: int = 27,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(autocast=False, **kwargs)  # Of `uniforms`.
        for name, value in (
            ("time_masks", time_masks),
            ("max_time_width", max_time_width),
            ("frequency_masks", frequency_masks),
            ("max_frequency_width", max_frequency_width),
        ):
            if value < 0:
                raise ValueError(
                    f"`{name}` must be 0 or more. Received: {name}={value}"
                )
        if not 0 <= max_time_share <= 1:
            raise ValueError(
                "`max_time_share` must be from 0 to 1. "
                f"Received: max_time_share={max_time_share}"
            )
        self.time_masks = time_masks
        self.max_time_width = max_time_width
        self.max_time_share = max_time_share
        self.frequency_masks = frequency_masks
        self.max_frequency_width = max_frequency_width
        self.seed = seed
        self.num_uniforms = _NUMBERS * (time_masks + frequency_masks)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, inputs_shape):
        if len(inputs_shape) != 3:
            raise ValueError(
                "`inputs` must have shape (batch, frames, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )

    def call(
        self,
        inputs: Tensor,
        lengths: Tensor | None = None,
        uniforms: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        if not training or not self.num_uniforms:
            return inputs
        batch, frames, bands = ops.shape(inputs)
        if lengths is None:
            lengths = ops.full((batch,), frames, "int32")
        lengths = ops.cast(lengths, "int32")
        if uniforms is None:
            uniforms = keras.random.uniform(
                (batch, self.num_uniforms), dtype="float32", seed=self.seed_generator
            )
        uniforms = ops.reshape(
            ops.cast(uniforms, "float32"), (-1, self.num_uniforms // _NUMBERS, _NUMBERS)
        )
        times, frequencies = ops.split(uniforms, [self.time_masks], axis=1)
        share = ops.cast(lengths, "float32") * self.max_time_share
        widest = ops.minimum(ops.cast(share, "int32"), self.max_time_width)
        is_hidden = _mask(times, widest, lengths, frames)[..., None]
        sizes = ops.full((batch,), bands, "int32")
        widest = ops.minimum(sizes, self.max_frequency_width)
        is_band_hidden = _mask(frequencies, widest, sizes, bands)[:, None]
        is_hidden = ops.logical_or(is_hidden, is_band_hidden)
        return ops.where(is_hidden, ops.zeros_like(inputs), inputs)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "time_masks": self.time_masks,
            "max_time_width": self.max_time_width,
            "max_time_share": self.max_time_share,
            "frequency_masks": self.frequency_masks,
            "max_frequency_width": self.max_frequency_width,
            "seed": self.seed,
        }


def _mask(uniforms, widest, sizes, length):
    """Returns bool `(B, length)`, True within any of the masks.

    Args:
        uniforms: float32 `(B, masks, 2)`.
        widest: int32 `(B,)`. Most places of a mask.
        sizes: int32 `(B,)`. Places of a row.
        length: Places of all rows.
    """
    widths = _integers(uniforms[..., 0], widest[:, None])  # (B, masks)
    starts = _integers(uniforms[..., 1], sizes[:, None] - widths)
    places = ops.arange(length, dtype="int32")
    starts, ends = starts[..., None], (starts + widths)[..., None]
    return ops.any((places >= starts) & (places < ends), axis=1)


def _integers(uniforms, most):
    """Returns int32 in [0, most], all equally likely."""
    found = ops.floor(uniforms * ops.cast(most + 1, "float32"))
    return ops.minimum(ops.cast(found, "int32"), most)
