"""Sound of a WAV file that is still being written."""

import typing
import wave
from collections.abc import Iterator

import numpy as np


def wav_pieces(
    file: typing.BinaryIO, sample_rate: int, size: int
) -> Iterator[np.ndarray]:
    """Gives the samples of a WAV file as they come, such as from a microphone.

    Args:
        file: Binary file that is open, a pipe for instance: it is read once, from
            begin to end. 16 bits, one channel, not compressed.
        sample_rate: Samples a second that it must have.
        size: Samples of a piece; the last one may have fewer.

    Yields:
        float32 arrays `(size,)` from -1 to 1.

    Raises:
        ValueError: If it is no such file, has another rate, or no samples.

    Example:

    ```python
    import io
    import numpy as np
    from kerazoo.data.sound import wav_pieces
    from scipy.io import wavfile

    file = io.BytesIO()
    wavfile.write(file, 8_000, np.zeros(5_000, "int16"))
    file.seek(0)
    [len(piece) for piece in wav_pieces(file, 8_000, size=2_000)]  # [2000, 2000, 1000]
    ```
    """
    expected = f"Expected a WAV file of 16 bits, one channel and {sample_rate} Hz. "
    name = f"file={getattr(file, 'name', 'bytes')}"
    try:
        reader = wave.Wave_read(file)
    except (wave.Error, EOFError) as error:
        reason = str(error) or "no bytes"
        raise ValueError(f"{expected}Received: {name} ({reason})") from error
    bits, channels = 8 * reader.getsampwidth(), reader.getnchannels()
    rate = reader.getframerate()
    if (bits, channels, rate) != (16, 1, sample_rate):
        raise ValueError(
            f"{expected}Received: {name} of {bits} bits, {channels} channels and "
            f"{rate} Hz"
        )
    count = 0
    while len(content := reader.readframes(size)) >= 2:
        whole = content[: len(content) // 2 * 2]  # A pipe may break anywhere.
        yield np.frombuffer(whole, "<i2").astype(np.float32) / 32_768
        count += 1
    if not count:
        raise ValueError(f"{expected}Received: {name} with no samples")
