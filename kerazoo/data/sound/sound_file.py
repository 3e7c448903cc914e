"""Sound of WAV files."""

import dataclasses
import os

import numpy as np
from scipy.io import wavfile


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


def read_sound_file(path: str | os.PathLike) -> Sound:
    """Reads a WAV file of 8, 16, 24 or 32 bits a sample, or of floating point.

    Args:
        path: path of the file.

    Returns:
        `Sound`.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is no WAV file, or holds values that are not finite.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound.sound_file import read_sound_file
    from scipy.io import wavfile

    wavfile.write("silence.wav", 8_000, np.zeros(4_000, "int16"))
    read_sound_file("silence.wav").seconds  # 0.5
    ```
    """
    with open(path, "rb") as file:
        try:
            sample_rate, samples = wavfile.read(file)
        except (ValueError, EOFError, RuntimeError) as error:
            raise ValueError(
                f"Expected a WAV file. Received: path={path} ({error})"
            ) from error
    samples = samples[:, np.newaxis] if samples.ndim == 1 else samples
    if samples.dtype == np.uint8:  # Silence is at 128.
        samples = (samples.astype(np.float32) - 128) / 128
    elif samples.dtype.kind == "i":  # 24 bits come in the upper ones of 32.
        samples = samples / np.float32(-float(np.iinfo(samples.dtype).min))
    samples = samples.astype(np.float32)
    if not np.isfinite(samples).all():
        raise ValueError(f"Expected finite samples. Received: path={path} with others")
    return Sound(samples, sample_rate)
