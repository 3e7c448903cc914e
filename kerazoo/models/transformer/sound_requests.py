"""Requests with sounds, brought to what networks take."""

import io
import wave

import tensorflow as tf

from kerazoo.models.transformer.sample_checks import sample_checks
from kerazoo.models.transformer.sound_files import decode_sounds
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows

# Samples, float32 `(B, S)`, and how many of each row count, int32 `(B,)`.
Sounds = tuple[tf.Tensor, tf.Tensor]


def sounds_of_files(wav_bytes: tf.Tensor, sample_rate: int, limits: Limits) -> Sounds:
    """Returns the sounds of WAV files, checked.

    Args:
        wav_bytes: string `(B,)`.
        sample_rate: Samples a second to return.
        limits: What a request may ask for.

    Raises:
        tf.errors.InvalidArgumentError: If there are too many or one is no such file or
            too long, see `decode_sounds`; in a graph when it runs.

    Example:

    ```python
    from kerazoo.serving.limits import Limits

    samples, lengths = sounds_of_files([silent_file(8_000)], 16_000, Limits())
    lengths  # [8000]
    ```
    """
    wav_bytes = tf.convert_to_tensor(wav_bytes)
    checks = [has_rows("wav_bytes", wav_bytes, limits.max_examples)]
    wav_bytes = checked(wav_bytes, checks)
    return decode_sounds(wav_bytes, sample_rate, limits.max_seconds, name="wav_bytes")


def sounds_of_samples(
    samples: tf.Tensor, lengths: tf.Tensor, sample_rate: int, limits: Limits
) -> Sounds:
    """Returns samples and lengths, checked.

    Args:
        samples: float32 `(B, N)`, from -1 to 1 at the rate.
        lengths: int32 `(B,)`, how many of each row count.
        sample_rate: Samples a second.
        limits: What a request may ask for.

    Raises:
        tf.errors.InvalidArgumentError: If they are too many or too long, do not go
            together or are not finite; in a graph when it runs.

    Example:

    ```python
    from kerazoo.serving.limits import Limits

    inputs = tf.zeros((2, 100)), tf.constant([100, 50])
    samples, lengths = sounds_of_samples(*inputs, 8_000, Limits())
    ```
    """
    size = tf.shape(samples)[1]
    most = min(sample_rate * limits.max_seconds, tf.int32.max)
    checks = [
        *sample_checks(samples, lengths, limits),
        Check(
            size <= most,
            "samples",
            f"have at most {limits.max_seconds} seconds, {most} samples",
            lambda: size,
        ),
    ]
    samples, lengths = checked((samples, lengths), checks)
    return samples, lengths


def silent_file(sample_rate: int) -> bytes:
    """Returns half a second of nothing, a WAV file, as an example of a request.

    Args:
        sample_rate: Samples a second.
    """
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, sample_rate, 0, "NONE", ""))
        writer.writeframes(bytes(sample_rate))
    return file.getvalue()
