"""Filters along a scale of pitch as it is heard."""

import functools
import math

MEL_SCALES = ("htk", "slaney")
_BREAK = 1_000.0  # Hz, below which Slaney's scale is linear.
_LINEAR = 3 / 200  # Its mels a Hz there.
_STEP = math.log(6.4) / 27  # Logarithm of the ratio of frequencies one mel apart above.


def hz_to_mel(frequency: float, scale: str = "htk") -> float:
    r"""Returns the mels of a frequency.

    HTK's are \(2595 \log_{10}(1 + f / 700)\). Those of Slaney's Auditory Toolbox are
    linear up to 1 kHz, which has 15, and logarithmic above, where 27 more have 6.4
    times the frequency.

    Args:
        frequency: In Hz.
        scale: "htk" or "slaney".

    Example:

    ```python
    hz_to_mel(1_000, "slaney")  # 15
    ```
    """
    if scale == "htk":
        return 2_595 * math.log10(1 + frequency / 700)
    if frequency < _BREAK:
        return frequency * _LINEAR
    return _BREAK * _LINEAR + math.log(frequency / _BREAK) / _STEP


def mel_to_hz(mel: float, scale: str = "htk") -> float:
    """Returns the frequency of so many mels, see `hz_to_mel`.

    Args:
        mel: Mels.
        scale: "htk" or "slaney".

    Returns:
        The frequency in Hz.

    Example:

    ```python
    mel_to_hz(15, "slaney")  # 1000
    ```
    """
    if scale == "htk":
        return 700 * (10 ** (mel / 2_595) - 1)
    if mel < _BREAK * _LINEAR:
        return mel / _LINEAR
    return _BREAK * math.exp(_STEP * (mel - _BREAK * _LINEAR))


@functools.lru_cache
def mel_filters(
    num_mels: int,
    fft_length: int,
    sample_rate: int,
    low_frequency: float,
    high_frequency: float,
    scale: str = "htk",
) -> tuple[tuple[float, ...], ...]:
    """Returns weights of the frequencies of a Fourier transform, by mel.

    Each filter is a triangle from the centre of the one before to the centre of the
    next, and the centres are equally far apart in mels. With HTK's scale the triangles
    are straight in mels and have height 1, as TensorFlow has them; with Slaney's they
    are straight in Hz and have area 1, as librosa has them.

    Args:
        num_mels: Number M of filters.
        fft_length: Number N of samples that are transformed.
        sample_rate: Samples a second, in Hz.
        low_frequency, high_frequency: Ends of the first and the last filter, in Hz.
        scale: "htk" or "slaney".

    Returns:
        N / 2 + 1 tuples of M weights.

    Example:

    ```python
    filters = mel_filters(40, 512, 16_000, 20.0, 8_000.0)
    len(filters), len(filters[0])  # (257, 40)
    ```
    """
    low, high = (hz_to_mel(f, scale) for f in (low_frequency, high_frequency))
    edges = [low + (high - low) * i / (num_mels + 1) for i in range(num_mels + 2)]
    frequencies = [i * sample_rate / fft_length for i in range(fft_length // 2 + 1)]
    if scale == "htk":
        places = [hz_to_mel(frequency) for frequency in frequencies]
        heights = [1.0] * num_mels
    else:
        places, edges = frequencies, [mel_to_hz(edge, scale) for edge in edges]
        heights = [2 / (end - start) for start, end in zip(edges, edges[2:])]
    return tuple(
        tuple(
            height * max(0.0, min(_share(p, start, middle), _share(p, end, middle)))
            for start, middle, end, height in zip(edges, edges[1:], edges[2:], heights)
        )
        for p in places
    )


def _share(place, end, middle):
    return (place - end) / (middle - end)
