"""Sound as the bytes of a WAV file."""

import io

import numpy as np
from scipy.io import wavfile


def wav_bytes(samples: np.ndarray, sample_rate: int) -> bytes:
    """Returns a WAV file of floating point numbers, which keeps samples as they are.

    Args:
        samples: float array `(T,)` or `(T, C)` of C channels, from -1 to 1.
        sample_rate: Samples a second, in Hz.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import wav_bytes

    wav_bytes(np.zeros(800, "float32"), 8_000)[:4]  # b"RIFF"
    ```
    """
    file = io.BytesIO()
    wavfile.write(file, sample_rate, samples.astype(np.float32))
    return file.getvalue()
