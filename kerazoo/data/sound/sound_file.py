"""Sound of WAV, FLAC, OGG, MP3 and AIFF files."""

import contextlib
import dataclasses
import io
import os
import typing
import warnings

import numpy as np
from scipy.io import wavfile

from kerazoo.data.sound.soundfile_import import needs_soundfile

LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000  # Hz.
_WAVS = (b"RIFF", b"RIFX", b"RF64")
_OTHERS = (b"fLaC", b"OggS", b"FORM", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_EXPECTED = "Expected a sound file: WAV, FLAC, OGG, MP3 or AIFF."


@dataclasses.dataclass(frozen=True, eq=False)
class Sound:
    """Samples of one sound.

    Args:
        samples: float32 array `(T, C)` of C channels, from -1 to 1.
        sample_rate: Samples a second, in Hz.
    """

    samples: np.ndarray
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.sample_rate

    def mono(self) -> np.ndarray:
        """Returns the mean of the channels, float32 `(T,)`."""
        return self.samples.mean(axis=1)


def read_sound_file(file: str | os.PathLike | typing.BinaryIO) -> Sound:
    """Reads a sound file, which is told by its content.

    WAV is of 8, 16, 24 or 32 bits a sample, or of floating point. FLAC, OGG, MP3, AIFF
    and compressed WAV need the package soundfile.

    Args:
        file: path of the file, or a binary file that is open.

    Returns:
        `Sound`.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is no such file, has no samples, a rate below 4 kHz or above
            192 kHz, or values that are not finite.
        ModuleNotFoundError: If soundfile is needed and missing.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import read_sound_file
    from scipy.io import wavfile

    wavfile.write("silence.wav", 8_000, np.zeros(4_000, "int16"))
    read_sound_file("silence.wav").seconds  # 0.5
    ```
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return _checked(_read(opened, f"path={file}"), f"path={file}")
    name = f"file={getattr(file, 'name', 'bytes')}"
    return _checked(_read(io.BytesIO(file.read()), name), name)


def _read(file, name):
    begin = file.read(4)
    file.seek(0)
    if begin in _WAVS:
        return _read_wav(file, name)
    if begin.startswith(_OTHERS):
        return _read_other(file, name)
    found = "no bytes" if not begin else f"a file that begins with {begin!r}"
    raise ValueError(f"{_EXPECTED} Received: {name} ({found})")


def _read_wav(file, name):
    try:
        with warnings.catch_warnings():
            # Of chunks that hold no sound, and of streams that do not say their length.
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            sample_rate, samples = wavfile.read(file)
    except (ValueError, EOFError, RuntimeError) as error:
        if "Unknown wave file format" in str(error):  # Compressed, as telephones do.
            with contextlib.suppress(ModuleNotFoundError):
                file.seek(0)
                return _read_other(file, name)
        raise ValueError(f"{_EXPECTED} Received: {name} ({error})") from error
    samples = samples[:, np.newaxis] if samples.ndim == 1 else samples
    if samples.dtype == np.uint8:  # Silence is at 128.
        samples = (samples.astype(np.float32) - 128) / 128
    elif samples.dtype.kind == "i":  # 24 bits come in the upper ones of 32.
        samples = samples / np.float32(-float(np.iinfo(samples.dtype).min))
    return Sound(samples.astype(np.float32), sample_rate)


def _read_other(file, name):
    with needs_soundfile():
        import soundfile
    try:
        samples, sample_rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError) as error:
        raise ValueError(f"{_EXPECTED} Received: {name} ({error})") from error
    return Sound(samples, sample_rate)


def _checked(sound, name):
    rate = sound.sample_rate
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(
            f"Expected from {LOWEST_RATE} to {HIGHEST_RATE} samples a second. "
            f"Received: {name} with a rate of {rate} Hz"
        )
    if not sound.samples.size:
        raise ValueError(f"Expected sound. Received: {name} with no samples")
    if not np.isfinite(sound.samples).all():
        raise ValueError(f"Expected finite samples. Received: {name} with others")
    return sound
