"""Sound with noise, and sound that is louder or quieter."""

import numpy as np


def mixed(samples: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    r"""Adds noise at a ratio of signal to noise.

    The noise is scaled so that \(10 \log_{10}\) of the ratio of the mean squares is
    `snr_db`. A shorter noise is repeated, a longer one is cut. Nothing is added to
    silence, nor of it.

    Args:
        samples: float array `(T,)`.
        noise: float array `(N,)`, N > 0.
        snr_db: Ratio, in decibels.

    Returns:
        float32 array `(T,)`.

    Raises:
        ValueError: If there is no noise.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import mixed

    noise = np.random.default_rng(0).normal(size=16_000)
    mixed(np.sin(np.arange(16_000) / 10), noise, snr_db=20).shape  # (16000,)
    ```
    """
    if not len(noise):
        raise ValueError("`noise` must have samples. Received: noise=[]")
    noise = np.resize(np.asarray(noise, np.float32), len(samples))
    samples = np.asarray(samples, np.float32)
    power, noise_power = _power(samples), _power(noise)
    if not power or not noise_power:
        return samples
    scale = np.sqrt(power / noise_power) * 10 ** (-snr_db / 20)
    return samples + np.float32(scale) * noise


def with_gain(samples: np.ndarray, gain_db: float) -> np.ndarray:
    """Returns samples that are louder by some decibels, or quieter by negative ones.

    Args:
        samples: float array `(T,)`.
        gain_db: 6 doubles the samples, almost.

    Returns:
        float32 array `(T,)`, not clipped.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import with_gain

    with_gain(np.ones(3, "float32"), -20)  # [0.1, 0.1, 0.1]
    ```
    """
    return np.asarray(samples, np.float32) * np.float32(10 ** (gain_db / 20))


def _power(samples):
    return np.mean(np.square(samples, dtype=np.float64)) if len(samples) else 0.0
