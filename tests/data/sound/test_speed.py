import numpy as np
import pytest

from kerazoo.data.sound import Utterances
from kerazoo.data.sound import speed_copies
from kerazoo.data.sound import speed_perturbed

TONE = np.sin(2 * np.pi * 500 * np.arange(8_000) / 8_000).astype("float32")


@pytest.mark.parametrize("speed", [0.9, 1.1, 1.25])
def test_faster_is_shorter_and_higher(speed):
    found = speed_perturbed(TONE, speed)
    assert len(found) == int(np.ceil(8_000 / speed))
    expected = np.sin(2 * np.pi * 500 * speed * np.arange(len(found)) / 8_000)
    np.testing.assert_allclose(found[100:-100], expected[100:-100], atol=0.01)


def test_copies():
    utterances = Utterances([TONE[:90], TONE[:99]], ["a", "b"], ["x", "y"])
    found = speed_copies(utterances)
    assert [len(sound) for sound in found.sounds] == [100, 110, 90, 99, 82, 90]
    assert found.texts == ["a", "b"] * 3
    assert found.speakers == ["x@0.9", "y@0.9", "x", "y", "x@1.1", "y@1.1"]
    np.testing.assert_array_equal(found.sounds[2], TONE[:90])
    assert speed_copies(Utterances([TONE], ["a"]), [1]).speakers is None


def test_mistakes():
    with pytest.raises(ValueError, match="speed=0"):
        speed_perturbed(TONE, 0)
