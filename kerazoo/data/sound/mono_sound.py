"""Sound files as models take them: one channel, one rate."""

import os
import typing

import numpy as np

from kerazoo.data.sound.resampling import resampled
from kerazoo.data.sound.sound_file import read_sound_file

SAMPLE_RATE = 16_000  # Hz, of speech.


def read_mono(
    file: str | os.PathLike | typing.BinaryIO, sample_rate: int = SAMPLE_RATE
) -> np.ndarray:
    """Reads a sound file, mixes its channels and brings them to a rate.

    Args:
        file: See `read_sound_file`.
        sample_rate: Samples a second to return.

    Returns:
        float32 array `(T,)`.

    Raises:
        OSError, ValueError, ModuleNotFoundError: As `read_sound_file` does.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import read_mono
    from scipy.io import wavfile

    wavfile.write("stereo.wav", 44_100, np.zeros((44_100, 2), "int16"))
    read_mono("stereo.wav").shape  # (16000,)
    ```
    """
    sound = read_sound_file(file)
    return resampled(sound.mono(), sound.sample_rate, sample_rate)
