"""Sound that is louder and noisier each time, within `tf.data`."""

import tensorflow as tf


def augment_sound(
    samples: tf.Tensor,
    seed: tf.Tensor,
    max_gain_db: float = 6.0,
    snr_db: tuple[float, float] = (10.0, 40.0),
) -> tf.Tensor:
    """Adds white noise to samples, and makes them louder or quieter.

    All randomness is the seed's: equal seeds give equal sounds, however batches are
    split and wherever a run goes on.

    Args:
        samples: float32 `(S,)`.
        seed: int32 or int64 `(2,)`.
        max_gain_db: Most decibels that they get louder, or quieter.
        snr_db: Lowest and highest ratio of signal to noise, in decibels.

    Returns:
        float32 `(S,)`, not clipped.

    Example:

    ```python
    import tensorflow as tf
    from kerazoo.data.sound import augment_sound

    augment_sound(tf.sin(tf.range(16_000.0)), seed=(0, 1)).shape  # (16000,)
    ```
    """
    # The type counts, too.
    seeds = tf.random.split(tf.cast(seed, tf.int64), 3)
    gain = tf.random.stateless_uniform([], seeds[0], -max_gain_db, max_gain_db)
    ratio = tf.random.stateless_uniform([], seeds[1], *snr_db)
    noise = tf.random.stateless_normal(tf.shape(samples), seeds[2])
    loudness = tf.sqrt(tf.reduce_mean(tf.square(samples)))
    noisy = samples + noise * loudness * _factor(-ratio)
    return noisy * _factor(gain)


def _factor(decibels):
    return tf.pow(10.0, decibels / 20)
