import io
import struct
import sys
import wave

import numpy as np
import pytest
import soundfile
from scipy.io import wavfile

from kerazoo.data.sound import is_sound
from kerazoo.data.sound import read_sound_file

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
    with pytest.raises(ValueError, match="text.wav .a file that begins with b'no s'"):
        read_sound_file(tmp_path / "text.wav")
    (tmp_path / "empty.wav").write_bytes(b"")
    with pytest.raises(ValueError, match="empty.wav .no bytes"):
        read_sound_file(tmp_path / "empty.wav")
    (tmp_path / "cut.flac").write_bytes(b"fLaC and no more")
    with pytest.raises(ValueError, match="WAV, FLAC.*cut.flac"):
        read_sound_file(tmp_path / "cut.flac")
    wavfile.write(tmp_path / "nan.wav", 8_000, np.array([0, np.nan], np.float32))
    with pytest.raises(ValueError, match="finite.*nan.wav"):
        read_sound_file(tmp_path / "nan.wav")
    wavfile.write(tmp_path / "none.wav", 8_000, np.zeros(0, np.int16))
    with pytest.raises(ValueError, match="none.wav with no samples"):
        read_sound_file(tmp_path / "none.wav")


@pytest.mark.parametrize("rate", [3_999, 192_001])
def test_rates_out_of_range(tmp_path, rate):
    wavfile.write(tmp_path / "tone.wav", rate, TONE.astype(np.float32))
    with pytest.raises(ValueError, match=f"from 4000 to 192000.* rate of {rate} Hz"):
        read_sound_file(tmp_path / "tone.wav")


@pytest.mark.parametrize(
    ("name", "subtype", "atol"),
    [
        ("tone.flac", "PCM_16", 1e-4),
        ("tone.aiff", "PCM_24", 1e-6),
        ("tone.ogg", "VORBIS", 0.2),
        ("tone.mp3", "MPEG_LAYER_III", 0.3),
        ("mu_law.wav", "ULAW", 0.05),
    ],
)
def test_files_of_soundfile(tmp_path, name, subtype, atol):
    stereo = np.stack([TONE, TONE / 2], axis=1) * 0.9
    soundfile.write(tmp_path / name, stereo, 16_000, subtype=subtype)
    sound = read_sound_file(tmp_path / name)
    assert sound.sample_rate == 16_000 and sound.samples.shape[1] == 2
    found = sound.samples[: len(stereo)]
    np.testing.assert_allclose(found[200:-200], stereo[200:-200], atol=atol)


def test_bytes_that_are_open():
    file = io.BytesIO()
    wavfile.write(file, 8_000, np.zeros(400, np.int16))
    file.seek(0)
    assert read_sound_file(file).seconds == 0.05
    with pytest.raises(ValueError, match="file=bytes .no bytes"):
        read_sound_file(io.BytesIO())


def test_chunks_of_others_are_passed_over(tmp_path, recwarn):
    file = io.BytesIO()
    wavfile.write(file, 8_000, np.arange(400, dtype=np.int16))
    content = file.getvalue()
    note = b"note" + struct.pack("<I", 6) + b"a note"
    (tmp_path / "noted.wav").write_bytes(content[:12] + note + content[12:])
    assert read_sound_file(tmp_path / "noted.wav").seconds == 0.05
    assert not recwarn


def test_what_needs_soundfile_says_so(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "tone.flac", TONE, 16_000)
    monkeypatch.setitem(sys.modules, "soundfile", None)
    message = r"needs soundfile: pip install 'kerazoo\[sound\]'"
    with pytest.raises(ModuleNotFoundError, match=message):
        read_sound_file(tmp_path / "tone.flac")
    wavfile.write(tmp_path / "tone.wav", 16_000, TONE.astype(np.float32))
    assert read_sound_file(tmp_path / "tone.wav").seconds == 0.05


def test_names():
    assert is_sound("a/b.WAV") and is_sound("b.flac")
    assert not is_sound("b.txt") and not is_sound("wav")
