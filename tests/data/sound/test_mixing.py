import numpy as np
import pytest

from kerazoo.data.sound import mixed
from kerazoo.data.sound import with_gain

SOUND = np.sin(np.arange(1_000) / 5).astype("float32")


@pytest.mark.parametrize("snr_db", [-5, 0, 20])
@pytest.mark.parametrize("count", [300, 1_000, 2_000])
def test_ratio_of_signal_to_noise(snr_db, count):
    noise = np.random.default_rng(0).normal(3, 2, count)
    found = mixed(SOUND, noise, snr_db)
    assert found.dtype == np.float32
    added = found.astype("float64") - SOUND
    ratio = np.mean(np.square(SOUND, dtype="float64")) / np.mean(added**2)
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.01)
    np.testing.assert_allclose(
        added / added[0], np.resize(noise, 1_000) / noise[0], 0.01
    )


def test_silence_stays():
    assert not mixed(np.zeros(5), np.ones(5), 10).any()
    np.testing.assert_array_equal(mixed(SOUND, np.zeros(5), 10), SOUND)
    with pytest.raises(ValueError, match=r"noise=\[\]"):
        mixed(SOUND, [], 10)


def test_gain():
    np.testing.assert_allclose(with_gain(SOUND, 20), 10 * SOUND, rtol=1e-6)
    np.testing.assert_allclose(with_gain(SOUND, -6), SOUND / 1.9953, rtol=1e-4)
