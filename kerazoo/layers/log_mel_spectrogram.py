"""Logarithms of the energies of sound in bands of pitch."""

import math
import typing
from collections.abc import Iterable

import keras
from keras import ops

from kerazoo.layers.lengths import length_mask
from kerazoo.layers.lengths import pair_spec
from kerazoo.layers.mel_scale import MEL_SCALES
from kerazoo.layers.mel_scale import mel_filters
from kerazoo.layers.tensor import Tensor

_EPSILON = 1e-5  # Added to variances.


@keras.saving.register_keras_serializable(package="kerazoo")
class LogMelSpectrogram(keras.layers.Layer):
    r"""Turns samples of sound into logarithms of the energies of mel bands.

    Frame t has the samples from \(t\) `hop` on, times a Hann window; beyond the end of
    the sound they are 0. A feature is \(\log \max(\sum_k w_{mk} |X_k|^2, \epsilon)\)
    with the Fourier transform X of the frame, filled up to a power of two, the weights
    of `kerazoo.layers.mel_scale.mel_filters`, and the floor \(\epsilon\).

    Other than `keras.layers.MelSpectrogram`, what a row gets does not depend on the
    rows beside it, nor on what it is padded with. All is computed in float32.

    Args:
        sample_rate: int. Samples a second, in Hz.
        num_mels: int. Number M of bands.
        frame_length: float. Seconds of a frame.
        hop_length: float. Seconds from a frame to the next.
        low_frequency: float. Lower end of the first band, in Hz.
        high_frequency: float or None. Upper end of the last band, in Hz; None for half
            the rate.
        mel_scale: "htk" or "slaney".
        normalization: None; "utterance" for mean 0 and variance 1 of each band over the
            frames of a row; or "global" for those of all the sounds that `adapt` got,
            as recognition needs that begins before a sound ends.
        floor: float. Smallest energy; full scale is 1.

    Call arguments:
        samples: float `(B, S)`, from -1 to 1.
        lengths: int `(B,)` or None. Samples of each row; None for S.

    Returns:
        float `(B, T, M)`, 0 beyond a row's frames, and int32 `(B,)`, the frames of each
        row: one for each hop that is begun.

    Raises:
        ValueError: If an argument is out of its range, or the samples have another
            rank.

    Example:

    ```python
    layer, samples = LogMelSpectrogram(), np.random.normal(size=(2, 16_000))
    features, lengths = layer(samples, np.array([16_000, 8_000]))
    features.shape, lengths  # (2, 100, 80), [100, 50]
    ```
    """

    def __init__(
        self,
        sample_rate: int = 16_000,
        num_mels: int = 80,
        frame_length: float = 0.025,
        hop_length: float = 0.010,
        low_frequency: float = 20.0,
        high_frequency: float | None = None,
        mel_scale: str = "htk",
        normalization: str | None = "utterance",
        floor: float = 1e-6,
        **kwargs: typing.Any,
    ):
        super().__init__(autocast=False, **kwargs)
        top = sample_rate / 2 if high_frequency is None else high_frequency
        if not 0 <= low_frequency < top <= sample_rate / 2:
            raise ValueError(
                "`low_frequency` must be below `high_frequency`, and that at most half "
                f"of `sample_rate`. Received: low_frequency={low_frequency}, "
                f"high_frequency={high_frequency}, sample_rate={sample_rate}"
            )
        for name, value in (
            ("num_mels", num_mels),
            ("floor", floor),
            ("frame_length", round(frame_length * sample_rate)),
            ("hop_length", round(hop_length * sample_rate)),
        ):
            if value <= 0:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        if mel_scale not in MEL_SCALES:
            raise ValueError(
                f"`mel_scale` must be one of {list(MEL_SCALES)}. "
                f"Received: mel_scale={mel_scale!r}"
            )
        if normalization not in (None, "utterance", "global"):
            raise ValueError(
                '`normalization` must be None, "utterance" or "global". '
                f"Received: normalization={normalization!r}"
            )
        self.sample_rate = sample_rate
        self.num_mels = num_mels
        self.frame_length = frame_length
        self.hop_length = hop_length
        self.low_frequency = low_frequency
        self.high_frequency = high_frequency
        self.mel_scale = mel_scale
        self.normalization = normalization
        self.floor = floor
        self.frame = round(frame_length * sample_rate)
        self.hop = round(hop_length * sample_rate)

    def build(self, samples_shape):
        if len(samples_shape) != 2:
            raise ValueError(
                "`samples` must have shape (batch, samples). "
                f"Received: samples.shape={tuple(samples_shape)}"
            )
        if self.normalization == "global":
            self.mean, self.scale = (
                self.add_weight(
                    shape=(self.num_mels,),
                    initializer=initializer,
                    trainable=False,
                    autocast=False,
                    name=name,
                )
                for name, initializer in (("mean", "zeros"), ("scale", "ones"))
            )

    def call(
        self, samples: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        samples = ops.cast(samples, "float32")
        shape = ops.shape(samples)
        if lengths is None:
            lengths = ops.full((shape[0],), shape[1], "int32")
        lengths = ops.cast(lengths, "int32")
        is_sound = length_mask(lengths, shape[1])
        features = self._log_energies(ops.where(is_sound, samples, 0.0))
        lengths = self.lengths(lengths)
        is_frame = ops.cast(length_mask(lengths, ops.shape(features)[1]), "float32")
        is_frame = is_frame[..., None]  # (B, T, 1)
        if self.normalization == "global":
            features = (features - self.mean) * self.scale
        elif self.normalization == "utterance":
            count = ops.maximum(ops.sum(is_frame, axis=1, keepdims=True), 1.0)
            mean = ops.sum(is_frame * features, axis=1, keepdims=True) / count
            features = features - mean
            squares = ops.sum(is_frame * ops.square(features), axis=1, keepdims=True)
            features = features * ops.rsqrt(squares / count + _EPSILON)
        return ops.cast(features * is_frame, self.compute_dtype), lengths

    def lengths(self, lengths: Tensor) -> Tensor:
        """Returns how many frames sounds of so many samples have, int of any shape."""
        return (lengths + self.hop - 1) // self.hop

    def adapt(self, sounds: Iterable[Tensor]) -> None:
        """Takes mean and variance of each band from sounds, for `"global"`.

        Args:
            sounds: float `(S,)` each.

        Raises:
            ValueError: If `normalization` is another one, or there are no sounds.

        Example:

        ```python
        layer = LogMelSpectrogram(normalization="global")
        layer.adapt([np.random.normal(size=16_000), np.random.normal(size=8_000)])
        ```
        """
        if self.normalization != "global":
            raise ValueError(
                '`adapt` needs `normalization` "global". '
                f"Received: normalization={self.normalization!r}"
            )
        if not self.built:
            self.build((None, None))
        count, total, squares = 0, 0.0, 0.0
        for sound in sounds:
            features = self._log_energies(ops.cast(sound, "float32")[None])[0]
            count += features.shape[0]
            total = total + ops.sum(features, axis=0)
            squares = squares + ops.sum(ops.square(features), axis=0)
        if not count:
            raise ValueError("`adapt` needs sounds. Received: none")
        mean = total / count
        variance = ops.maximum(squares / count - ops.square(mean), 0.0)
        self.mean.assign(mean)
        self.scale.assign(ops.rsqrt(variance + _EPSILON))

    def compute_output_spec(self, samples, lengths=None):
        batch, count = samples.shape
        frames = None if count is None else self.lengths(count)
        return pair_spec((batch, frames, self.num_mels), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "sample_rate": self.sample_rate,
            "num_mels": self.num_mels,
            "frame_length": self.frame_length,
            "hop_length": self.hop_length,
            "low_frequency": self.low_frequency,
            "high_frequency": self.high_frequency,
            "mel_scale": self.mel_scale,
            "normalization": self.normalization,
            "floor": self.floor,
        }

    def _log_energies(self, samples):
        """Returns `(B, T, M)` of samples `(B, S)`."""
        # So many zeros that the last hop that is begun has a frame.
        padded = ops.pad(samples, ((0, 0), (0, self.frame - 1)))
        frames = ops.extract_sequences(padded, self.frame, self.hop)
        frames = frames * ops.convert_to_tensor(_hann_window(self.frame), "float32")
        fft_length = 2 ** math.ceil(math.log2(self.frame))
        real, imaginary = ops.rfft(frames, fft_length)
        power = ops.square(real) + ops.square(imaginary)
        filters = mel_filters(
            self.num_mels,
            fft_length,
            self.sample_rate,
            self.low_frequency,
            self.high_frequency or self.sample_rate / 2,
            self.mel_scale,
        )
        energies = ops.matmul(power, ops.convert_to_tensor(filters, "float32"))
        return ops.log(ops.maximum(energies, self.floor))


def _hann_window(size):
    """Returns a Hann window that is one period of a cosine."""
    return [0.5 - 0.5 * math.cos(2 * math.pi * i / size) for i in range(size)]
