import io

import numpy as np

from kerazoo.data.sound import read_sound_file
from kerazoo.data.sound import wav_bytes


def test_samples_come_back_as_they_were():
    samples = np.random.default_rng(0).normal(size=(300, 2)).astype("float32")
    sound = read_sound_file(io.BytesIO(wav_bytes(samples, 8_000)))
    np.testing.assert_array_equal(sound.samples, samples)
    assert sound.sample_rate == 8_000
