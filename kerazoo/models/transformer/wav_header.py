"""What WAV files say about themselves, read within a served graph."""

import typing

import tensorflow as tf

_MOST_CHUNKS = 64
_FORMAT_BYTES = 26  # Of which the last two tell the encoding of an extended format.
_EXTENDED = 0xFFFE
_BEGINS = (b"RIFF", b"RF64")


class WavHeader(typing.NamedTuple):
    """The format of a WAV file and where its samples are, int64 scalars or `(B,)`.

    Attributes:
        encoding: 1 for whole numbers, 3 for floating point, others for compressed
            ones; -1 if the file is no WAV.
        channels: Number of channels.
        sample_rate: Samples a second.
        bits: Bits of a sample.
        start: Place of the first byte of the samples.
        frames: Samples of a channel that are there.
    """

    encoding: tf.Tensor
    channels: tf.Tensor
    sample_rate: tf.Tensor
    bits: tf.Tensor
    start: tf.Tensor
    frames: tf.Tensor


def read_wav_headers(files: tf.Tensor) -> WavHeader:
    """Reads the headers of files, whatever bytes they are.

    Chunks before the samples are passed over. A size that is larger than the file, as
    of a stream or of one that is cut off, is taken for what is there.

    Args:
        files: string `(B,)`.

    Returns:
        `WavHeader` of `(B,)`.

    Example:

    ```python
    wav = tf.audio.encode_wav(tf.zeros((8_000, 1)), 16_000)
    read_wav_headers(wav[None]).frames  # [8000]
    ```
    """
    return tf.map_fn(
        _read,
        files,
        fn_output_signature=WavHeader(*[tf.int64] * len(WavHeader._fields)),
    )


def _read(data):
    size = tf.strings.length(data, unit="BYTE")
    size = tf.cast(size, tf.int64)
    start = tf.strings.substr(data, 0, tf.constant(12))
    is_wav = tf.reduce_any(
        [tf.strings.substr(start, 0, 4) == begin for begin in _BEGINS]
    )
    is_wav &= tf.strings.substr(_padded(start), 8, 4) == b"WAVE"
    nowhere = tf.constant(-1, tf.int64)

    def is_ahead(place, form, samples, samples_size):
        return is_wav & (samples < 0) & (place + 8 <= size)

    def next_chunk(place, form, samples, samples_size):
        kind = tf.strings.substr(data, place, tf.constant(4, tf.int64))
        length = _number(_bytes(data, place + 4, 4), 0, 4)
        inside = place + 8
        form = tf.where(kind == b"fmt ", inside, form)
        is_data = kind == b"data"
        samples = tf.where(is_data, inside, samples)
        samples_size = tf.where(is_data, tf.minimum(length, size - inside), 0)
        return inside + length + length % 2, form, samples, samples_size

    _, form, samples, samples_size = tf.while_loop(
        is_ahead,
        next_chunk,
        (tf.constant(12, tf.int64), nowhere, nowhere, tf.constant(0, tf.int64)),
        maximum_iterations=_MOST_CHUNKS,
    )
    numbers = _bytes(data, tf.clip_by_value(form, 0, size), _FORMAT_BYTES)
    encoding, channels, bits = (_number(numbers, at, 2) for at in (0, 2, 14))
    rate = _number(numbers, 4, 4)
    encoding = tf.where(
        tf.equal(encoding, _EXTENDED), _number(numbers, 24, 2), encoding
    )
    frame_bytes = tf.maximum(channels * (bits // 8), 1)
    is_wav &= (form >= 0) & (samples >= 0)
    return WavHeader(
        tf.where(is_wav, encoding, -1),
        channels,
        rate,
        bits,
        tf.maximum(samples, 0),
        samples_size // frame_bytes,
    )


def _padded(data):
    return tf.strings.join([data, b"\0" * 12])


def _bytes(data, place, count):
    """Returns bytes from a place on, uint8 `(count,)`, zeros beyond the end."""
    part = tf.strings.substr(data, place, tf.constant(count, tf.int64))
    return tf.reshape(
        tf.io.decode_raw(part[None], tf.uint8, fixed_length=count), (count,)
    )


def _number(numbers, at, count):
    """Returns the number of some bytes, the smallest first, int64."""
    powers = tf.constant([256**i for i in range(count)], tf.int64)
    return tf.reduce_sum(tf.cast(numbers[at : at + count], tf.int64) * powers)
