"""Files of sound, decoded within a served graph."""

import struct

import tensorflow as tf

from kerazoo.models.transformer.resampling import resample
from kerazoo.models.transformer.resampling import resampled_length
from kerazoo.models.transformer.wav_header import read_wav_headers
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import is_finite

_LOWEST_RATE, _HIGHEST_RATE = 4_000, 192_000  # Hz.
_MOST_CHANNELS = 64
_AT_A_TIME = 4  # Files are larger when they are decoded.
_ONE = struct.pack(  # A file of one sample of 8 bits, silence.
    "<4sI4s4sIHHIIHH4sIBB",
    *(b"RIFF", 38, b"WAVE", b"fmt ", 16, 1, 1, 8_000, 8_000, 1, 8, b"data", 1, 128, 0),
)


def decode_sounds(
    sound_bytes: tf.Tensor,
    sample_rate: int,
    max_seconds: float,
    name: str = "sound_bytes",
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the sounds of WAV files, their channels mixed, at one rate.

    Files have whole numbers of 8, 16, 24 or 32 bits, or floating point of 32 or 64.
    How long a sound is, its file says at the beginning: none that is too long gets
    decoded.

    Args:
        sound_bytes: string tensor `(B,)`, WAV files.
        sample_rate: Samples a second to return.
        max_seconds: Most seconds of a file.
        name: Name of the input, for errors.

    Returns:
        float32 `(B, S)`, zeros beyond the end of a sound; and int32 `(B,)`, the samples
        of each.

    Raises:
        tf.errors.InvalidArgumentError: If one is no such file, has no samples, a rate
            below 4 kHz or above 192 kHz or values that are not finite, or is too long;
            in a graph when it runs.

    Example:

    ```python
    file = tf.audio.encode_wav(tf.zeros((4_000, 2)), 8_000)
    samples, lengths = decode_sounds([file], 16_000, max_seconds=30)
    samples.shape, lengths  # (1, 8000), [8000]
    ```
    """
    sound_bytes = tf.convert_to_tensor(sound_bytes)
    count = tf.size(sound_bytes)
    # A loop needs a row to know what it makes.
    sound_bytes = tf.concat([sound_bytes, tf.fill([1 - tf.minimum(count, 1)], _ONE)], 0)
    header = read_wav_headers(sound_bytes)
    form, fits = _forms(header)
    sizes = tf.strings.length(sound_bytes)
    rate, channels = header.sample_rate, header.channels
    seconds = tf.cast(header.frames, tf.float32) / tf.cast(rate, tf.float32)
    expected = "be a WAV file of 8 to 32 bits or of floating point, not other bytes"
    checks = [
        all_fit(name, sizes, fits & (channels >= 1), expected),
        all_fit(
            name,
            channels,
            channels <= _MOST_CHANNELS,
            f"have at most {_MOST_CHANNELS} channels",
        ),
        all_fit(
            name,
            rate,
            (rate >= _LOWEST_RATE) & (rate <= _HIGHEST_RATE),
            f"have from {_LOWEST_RATE} to {_HIGHEST_RATE} samples a second",
        ),
        all_fit(name, header.frames, header.frames > 0, "have samples"),
        all_fit(
            name,
            seconds,
            seconds <= max_seconds,
            f"be at most {max_seconds:g} seconds long",
        ),
    ]
    sound_bytes, header = checked((sound_bytes, header), checks)
    lengths = resampled_length(header.frames, header.sample_rate, sample_rate)
    longest = tf.reduce_max(lengths)

    def decode(row):
        data, header, form = row
        samples = resample(_mono(data, header, form), header.sample_rate, sample_rate)
        return tf.pad(samples, [[0, longest - tf.size(samples, tf.int64)]])

    samples = tf.map_fn(
        decode,
        (sound_bytes, header, form),
        fn_output_signature=tf.float32,
        parallel_iterations=_AT_A_TIME,
    )
    samples = checked(samples, [is_finite(name, samples, many=True)])
    return samples[:count], tf.cast(lengths[:count], tf.int32)


def _whole_24(part):
    low, middle, high = tf.unstack(
        tf.cast(tf.reshape(tf.io.decode_raw(part, tf.uint8), (-1, 3)), tf.int32), axis=1
    )
    number = low + 256 * middle + 65_536 * high
    number -= tf.where(high >= 128, 2**24, 0)
    return tf.cast(number, tf.float32) / 2**23


def _whole(dtype, middle, scale):
    def decode(part):
        numbers = tf.cast(tf.io.decode_raw(part, dtype), tf.float32)
        return (numbers - middle) / scale

    return decode


def _floating(dtype):
    return lambda part: tf.cast(tf.io.decode_raw(part, dtype), tf.float32)


# Encoding and bits, and what makes float32 samples of their bytes.
_FORMS = {
    (1, 8): _whole(tf.uint8, 128.0, 2.0**7),
    (1, 16): _whole(tf.int16, 0.0, 2.0**15),
    (1, 24): _whole_24,
    (1, 32): _whole(tf.int32, 0.0, 2.0**31),
    (3, 32): _floating(tf.float32),
    (3, 64): _floating(tf.float64),
}


def _forms(header):
    """Returns the forms of files, int32 `(B,)`, and whether they are known ones."""
    known = tf.stack(
        [
            tf.equal(header.encoding, encoding) & tf.equal(header.bits, bits)
            for encoding, bits in _FORMS
        ],
        axis=1,
    )
    form = tf.argmax(known, axis=1, output_type=tf.int32)
    return form, tf.reduce_any(known, axis=1)


def _mono(data, header, form):
    """Returns the mean of the channels, float32 `(S,)`."""
    size = header.frames * header.channels * (header.bits // 8)
    part = tf.strings.substr(data, header.start, size)
    branches = [lambda f=function: f(part) for function in _FORMS.values()]
    samples = tf.switch_case(form, branches)
    return tf.reduce_mean(tf.reshape(samples, [-1, header.channels]), axis=1)
