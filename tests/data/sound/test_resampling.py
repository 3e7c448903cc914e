import numpy as np
import pytest

from kerazoo.data.sound import resampled


def tone(frequency, rate, seconds=0.5):
    times = np.arange(int(rate * seconds)) / rate
    return np.sin(2 * np.pi * frequency * times).astype("float32")


@pytest.mark.parametrize(
    ("from_rate", "to_rate"), [(8_000, 16_000), (44_100, 16_000), (16_000, 11_025)]
)
def test_a_tone_stays_the_same_tone(from_rate, to_rate):
    found = resampled(tone(440, from_rate), from_rate, to_rate)
    expected = tone(440, to_rate)
    assert found.dtype == np.float32
    assert len(found) == -(-from_rate // 2 * to_rate // from_rate)
    middle = slice(200, len(expected) - 200)
    np.testing.assert_allclose(found[middle], expected[middle], atol=0.01)


def test_what_the_lower_rate_cannot_have_is_gone():
    found = resampled(tone(7_000, 16_000), 16_000, 8_000)
    assert np.abs(found[200:-200]).max() < 0.01


def test_the_same_rate_and_channels():
    x = tone(440, 8_000)
    assert resampled(x, 8_000, 8_000) is x
    both = resampled(np.stack([x, -x], axis=1), 8_000, 16_000)
    np.testing.assert_allclose(both[:, 0], -both[:, 1])
    with pytest.raises(ValueError, match="from_rate=0, to_rate=8000"):
        resampled(x, 0, 8_000)
