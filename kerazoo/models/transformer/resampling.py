"""Sound at another rate, within a served graph."""

import math

import tensorflow as tf

_HALF_TAPS = 10  # Zero crossings of the filter on either side, as SciPy has them.
_BETA = 5.0  # Of its Kaiser window.


def resample(samples: tf.Tensor, from_rate: tf.Tensor | int, to_rate: int) -> tf.Tensor:
    """Returns samples at another rate, which may be known only when the graph runs.

    It is `scipy.signal.resample_poly`, an ideal low-pass filter below half of the lower
    rate times a Kaiser window, to float32's rounding.

    Args:
        samples: float32 `(S,)`.
        from_rate: int32 scalar. Samples a second that there are, positive.
        to_rate: Samples a second to return.

    Returns:
        float32 `(ceil(S * to_rate / from_rate),)`.

    Example:

    ```python
    resample(tf.zeros(44_100), tf.constant(44_100), 16_000).shape  # (16000,)
    ```
    """
    samples = tf.convert_to_tensor(samples, tf.float32)
    from_rate = tf.cast(from_rate, tf.int64)
    divisor = _greatest_common_divisor(from_rate, to_rate)
    up, down = to_rate // divisor, from_rate // divisor
    return tf.cond(
        tf.equal(up, down),
        lambda: samples,
        lambda: _filtered(samples, up, down),
    )


def resampled_length(
    length: tf.Tensor, from_rate: tf.Tensor, to_rate: int
) -> tf.Tensor:
    """Returns how many samples `resample` makes of so many, int64 of any shape."""
    from_rate = tf.cast(from_rate, tf.int64)
    return -(-tf.cast(length, tf.int64) * to_rate // from_rate)


def _filtered(samples, up, down):
    """Returns every `down`-th of the samples with `up` - 1 zeros after each, filtered.

    Output m is the sum over samples k of x[k] h[m down - k up + h's half length]. For
    each output, the samples that reach it are as many as the taps of a phase, and one
    pass over all outputs adds one of them.
    """
    half = _HALF_TAPS * tf.maximum(up, down)
    taps = _filter(half, tf.maximum(up, down)) * tf.cast(up, tf.float32)
    size = tf.size(samples, tf.int64)
    places = down * tf.range(-(-size * up // down))  # In the samples with zeros.
    last = (places + half) // up  # Sample that the first tap of a phase falls on.
    offsets = places + half - last * up  # That tap.

    def add(j, total):
        sample, tap = last - j, offsets + j * up
        is_there = (sample >= 0) & (sample < size) & (tap <= 2 * half)
        x = tf.gather(samples, tf.clip_by_value(sample, 0, size - 1))
        h = tf.gather(taps, tf.minimum(tap, 2 * half))
        return j + 1, total + tf.where(is_there, x * h, 0.0)

    _, total = tf.while_loop(
        lambda j, _: j <= 2 * half // up,
        add,
        (tf.constant(0, tf.int64), tf.zeros_like(places, tf.float32)),
    )
    return total


def _filter(half, largest):
    """Returns the taps of the low-pass filter, which sum to 1."""
    steps = tf.range(-half, half + 1)
    x = tf.cast(steps, tf.float64) / tf.cast(largest, tf.float64)
    angles = math.pi * tf.where(tf.equal(steps, 0), tf.ones_like(x), x)
    sinc = tf.where(tf.equal(steps, 0), tf.ones_like(x), tf.sin(angles) / angles)
    across = tf.cast(steps, tf.float64) / tf.cast(half, tf.float64)
    # As exp(-beta) I0, whose constants fall away with the sum.
    argument = _BETA * tf.sqrt(tf.maximum(1 - tf.square(across), 0.0))
    window = tf.math.bessel_i0e(argument) * tf.exp(argument - _BETA)
    taps = sinc * window
    return tf.cast(taps / tf.reduce_sum(taps), tf.float32)


def _greatest_common_divisor(a, b):
    _, divisor = tf.while_loop(
        lambda rest, _: rest > 0,
        lambda rest, divisor: (divisor % rest, rest),
        (tf.cast(a, tf.int64), tf.constant(b, tf.int64)),
    )
    return divisor
