"""Sound at another rate."""

import math

import numpy as np
from scipy import signal


def resampled(samples: np.ndarray, from_rate: int, to_rate: int) -> np.ndarray:
    """Returns samples at another rate, by a polyphase filter.

    That of `scipy.signal.resample_poly`, which lets nothing above half of the lower
    rate through.

    Args:
        samples: float array `(T,)` or `(T, C)`.
        from_rate: Samples a second that there are.
        to_rate: Samples a second to return.

    Returns:
        float32 array `(ceil(T * to_rate / from_rate), ...)`.

    Raises:
        ValueError: If a rate is not positive.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import resampled

    resampled(np.zeros(8_000, "float32"), 8_000, 16_000).shape  # (16000,)
    ```
    """
    if from_rate < 1 or to_rate < 1:
        raise ValueError(
            "Rates must be positive. "
            f"Received: from_rate={from_rate}, to_rate={to_rate}"
        )
    samples = np.asarray(samples, np.float32)
    if from_rate == to_rate:
        return samples
    divisor = math.gcd(from_rate, to_rate)
    found = signal.resample_poly(samples, to_rate // divisor, from_rate // divisor)
    return found.astype(np.float32)
