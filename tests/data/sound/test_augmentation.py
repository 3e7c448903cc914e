import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.sound import augment_sound

TONE = np.sin(np.arange(20_000) / 5).astype("float32")


@pytest.mark.parametrize("seed", range(4))
def test_gain_and_noise_are_within_their_bounds(seed):
    louder = augment_sound(TONE, (seed, 0), max_gain_db=3, snr_db=(200, 200)).numpy()
    gain = louder[100] / TONE[100]
    assert abs(20 * np.log10(gain)) <= 3
    np.testing.assert_allclose(louder, gain * TONE, atol=1e-5)
    noise = (
        augment_sound(TONE, (seed, 0), max_gain_db=0, snr_db=(10, 20)).numpy() - TONE
    )
    ratio = 10 * np.log10(np.mean(TONE**2) / np.mean(noise**2))
    assert 9.8 <= ratio <= 20.2
    neighbours = np.corrcoef(noise[1:], noise[:-1])[0, 1]
    assert abs(neighbours) < 0.03


def test_depends_on_the_seed_alone():
    dataset = tf.data.Dataset.range(4).map(lambda i: augment_sound(TONE, (7, i)))
    found = [*dataset.as_numpy_iterator()]
    np.testing.assert_allclose(found[2], augment_sound(TONE, (7, 2)), atol=1e-6)
    gains = {round(float(np.std(sound)), 4) for sound in found}
    assert len(gains) == 4
