"""Batches of sounds that begin elsewhere and are noisier each time."""

import tensorflow as tf

from kerazoo.data.sound.augmentation import augment_sound


def augment_sounds(
    samples: tf.Tensor,
    lengths: tf.Tensor,
    seeds: tf.Tensor,
    max_silence: int = 0,
    with_noise: bool = True,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Puts silence around sounds, and noise over them, each by its own seed.

    All randomness of a sound is its seed's, however batches are split. A row without
    samples stays as it is.

    Args:
        samples: float32 `(B, S)`.
        lengths: int32 `(B,)`, how many of each row count.
        seeds: int `(B, 2)`.
        max_silence: Most samples of silence before a sound, and as many after it.
        with_noise: Makes each louder or quieter and adds noise, see `augment_sound`.

    Returns:
        float32 `(B, S + 2 max_silence)` and int32 `(B,)`.

    Example:

    ```python
    import tensorflow as tf
    from kerazoo.data.sound import augment_sounds

    inputs = tf.ones((2, 800)), tf.constant([800, 500])
    samples, lengths = augment_sounds(*inputs, [[0, 1], [0, 2]], max_silence=80)
    samples.shape  # (2, 960)
    ```
    """
    width = tf.shape(samples)[1] + 2 * max_silence

    def of_row(row):
        samples, length, seed = row
        of_silence, of_noise = tf.unstack(tf.random.split(seed, 2))
        silence = tf.random.stateless_uniform(
            [2], of_silence, 0, max_silence + 1, tf.int32
        )
        silence *= tf.cast(length > 0, tf.int32)
        samples = tf.pad(samples[:length], [silence])
        if with_noise:
            samples = augment_sound(samples, of_noise)
        length = tf.size(samples)
        return tf.pad(samples, [[0, width - length]]), length

    return tf.map_fn(
        of_row,
        (samples, lengths, tf.cast(seeds, tf.int64)),
        fn_output_signature=(tf.float32, tf.int32),
    )
