import io
import os

import numpy as np
import pytest
from scipy.io import wavfile

from kerazoo.data.sound import read_sound_file
from kerazoo.data.sound import wav_pieces

SAMPLES = np.random.default_rng(0).integers(-32_768, 32_767, 700).astype("int16")


def content(samples=SAMPLES, rate=8_000):
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()


def test_pieces_are_the_whole_file():
    pieces = list(wav_pieces(io.BytesIO(content()), 8_000, 300))
    assert [len(piece) for piece in pieces] == [300, 300, 100]
    expected = read_sound_file(io.BytesIO(content())).mono()
    np.testing.assert_array_equal(np.concatenate(pieces), expected)


def test_pieces_come_before_the_end_is_written():
    # As recorders do that cannot know the length: it is the largest there is.
    begin = content()
    begin = begin[:40] + b"\xff\xff\xff\x7f" + begin[44:]
    begin = begin[:4] + b"\xff\xff\xff\x7f" + begin[8:]
    source, sink = os.pipe()
    with open(source, "rb") as file:
        os.write(sink, begin[: 44 + 2 * 300])
        pieces = wav_pieces(file, 8_000, 300)
        assert len(next(pieces)) == 300
        os.write(sink, begin[44 + 2 * 300 : -1])  # Broken within a sample.
        os.close(sink)
        assert [len(piece) for piece in pieces] == [300, 99]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "Received: file=bytes .no bytes"),
        (b"nothing of the kind", "Received: file=bytes"),
        (content(rate=16_000), "and 8000 Hz. .* 1 channels and 16000 Hz"),
        (content(np.stack([SAMPLES] * 2, axis=1)), "of 16 bits, 2 channels"),
        (content(SAMPLES.astype("int32")), "of 32 bits"),
        (content(SAMPLES.astype("float32")), "Received: file=bytes"),
        (content(SAMPLES[:0]), "with no samples"),
    ],
)
def test_refuses(file, message):
    with pytest.raises(ValueError, match=message):
        next(wav_pieces(io.BytesIO(file), 8_000, 300))
