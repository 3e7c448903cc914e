import wave

import numpy as np
import pytest
from scipy.io import wavfile

from kerazoo.data.sound.sound_file import read_sound_file

TONE = np.sin(np.linspace(0, 40, 800))


@pytest.mark.parametrize("bytes_per_sample", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_whole_numbers_of_all_widths(tmp_path, bytes_per_sample, channels):
    """Written by Python's own module."""
    path = tmp_path / "tone.wav"
    signal = np.stack([TONE, -TONE][:channels], axis=1)
    scale = 2 ** (8 * bytes_per_sample - 1) - 1
    numbers = np.rint(signal * scale).astype(np.int64)
    if bytes_per_sample == 1:
        numbers += 128
    frames = b"".join(
        int(n).to_bytes(bytes_per_sample, "little", signed=bytes_per_sample > 1)
        for n in numbers.ravel()
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bytes_per_sample)
        file.setframerate(8_000)
        file.writeframes(frames)
    sound = read_sound_file(path)
    assert sound.sample_rate == 8_000 and sound.seconds == 0.1
    assert sound.samples.dtype == np.float32
    np.testing.assert_allclose(sound.samples, signal, atol=1.5 / scale + 1e-6)
    np.testing.assert_allclose(sound.mono(), sound.samples.mean(axis=1))


def test_floating_point_stays_as_it_is(tmp_path):
    wavfile.write(tmp_path / "tone.wav", 16_000, TONE.astype(np.float32))
    sound = read_sound_file(tmp_path / "tone.wav")
    np.testing.assert_array_equal(sound.samples[:, 0], TONE.astype(np.float32))


def test_files_that_are_none(tmp_path):
    with pytest.raises(OSError, match="nothing"):
        read_sound_file(tmp_path / "nothing.wav")
    (tmp_path / "text.wav").write_text("no sound, but text")
    with pytest.raises(ValueError, match="text.wav"):
        read_sound_file(tmp_path / "text.wav")
    wavfile.write(tmp_path / "nan.wav", 8_000, np.array([0, np.nan], np.float32))
    with pytest.raises(ValueError, match="finite.*nan.wav"):
        read_sound_file(tmp_path / "nan.wav")
