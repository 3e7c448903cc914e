"""Long sounds in pieces, cut where it is quiet."""

import numpy as np

_FRAME = 0.05  # Seconds, of which the loudness is taken.


def quiet_pieces(
    samples: np.ndarray, sample_rate: int, max_seconds: float
) -> list[np.ndarray]:
    """Cuts a sound into pieces that are not too long, where it is quietest.

    A piece ends in the second half of what is allowed, in the middle of the 50 ms of
    the least energy there.

    Args:
        samples: float array `(T,)`.
        sample_rate: Samples in a second.
        max_seconds: Longest piece, 0.2 or more.

    Returns:
        List of arrays, which together are the sound.

    Raises:
        ValueError: If `max_seconds` is too short.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import quiet_pieces

    pieces = quiet_pieces(np.ones(100_000, "float32"), 8_000, max_seconds=5)
    ```
    """
    if max_seconds < 4 * _FRAME:
        raise ValueError(
            f"`max_seconds` must be {4 * _FRAME:g} or more. "
            f"Received: max_seconds={max_seconds}"
        )
    most, frame = int(max_seconds * sample_rate), int(_FRAME * sample_rate)
    pieces = []
    while len(samples) > most:
        half = most // 2
        squares = np.square(samples[half:most].astype(np.float64))
        sums = np.cumsum(np.append(0.0, squares))
        energies = sums[frame:] - sums[:-frame]
        end = half + int(energies.argmin()) + frame // 2
        pieces.append(samples[:end])
        samples = samples[end:]
    return [*pieces, samples]
