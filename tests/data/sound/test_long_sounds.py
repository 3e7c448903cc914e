import numpy as np
import pytest

from kerazoo.data.sound.long_sounds import quiet_pieces


def test_cuts_where_it_is_quiet():
    samples = np.random.default_rng(0).normal(size=10_000).astype("float32")
    for start in (700, 1_500, 1_900, 3_300):
        samples[start : start + 60] = 0
    pieces = quiet_pieces(samples, 1_000, max_seconds=2)
    np.testing.assert_array_equal(np.concatenate(pieces), samples)
    assert all(900 < len(piece) <= 2_000 for piece in pieces[:-1])
    ends = np.cumsum([len(piece) for piece in pieces])
    assert 1_525 <= ends[0] <= 1_535 and 3_325 <= ends[1] <= 3_335


def test_short_sounds_stay_whole():
    for size in (0, 1, 2_000):
        (piece,) = quiet_pieces(np.ones(size, "float32"), 1_000, max_seconds=2)
        assert len(piece) == size


def test_refuses_pieces_of_nothing():
    with pytest.raises(ValueError, match="Received: max_seconds=0.1"):
        quiet_pieces(np.ones(3, "float32"), 1_000, max_seconds=0.1)
