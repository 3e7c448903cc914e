import numpy as np
from scipy.io import wavfile

from kerazoo.data.sound import read_mono


def test_channels_are_mixed_and_rates_brought_to_one(tmp_path):
    wave = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100).astype("float32")
    wavfile.write(tmp_path / "a.wav", 44_100, np.stack([wave, 0 * wave], axis=1))
    found = read_mono(tmp_path / "a.wav", 8_000)
    expected = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000) / 2
    assert found.dtype == np.float32 and found.shape == (8_000,)
    np.testing.assert_allclose(found[100:-100], expected[100:-100], atol=0.01)
