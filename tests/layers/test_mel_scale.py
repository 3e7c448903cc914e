import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.mel_scale import hz_to_mel
from kerazoo.layers.mel_scale import mel_filters
from kerazoo.layers.mel_scale import mel_to_hz


def test_published_values():
    """HTK's scale has 1000 mels at 1 kHz; Slaney's 15, and 42 at 6.4 kHz."""
    assert hz_to_mel(1_000, "htk") == pytest.approx(1_000, abs=0.02)
    assert hz_to_mel(700, "htk") == pytest.approx(2_595 * np.log10(2))
    assert hz_to_mel(200, "slaney") == pytest.approx(3)
    assert hz_to_mel(1_000, "slaney") == pytest.approx(15)
    assert hz_to_mel(6_400, "slaney") == pytest.approx(42)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_there_and_back(scale):
    for frequency in (0.0, 20.0, 999.0, 1_001.0, 8_000.0):
        assert mel_to_hz(hz_to_mel(frequency, scale), scale) == pytest.approx(frequency)


def test_filters_of_htk_are_those_of_keras():
    found = np.array(mel_filters(40, 512, 16_000, 60.0, 7_000.0))
    matrix = keras.layers.MelSpectrogram().linear_to_mel_weight_matrix(
        num_mel_bins=40,
        num_spectrogram_bins=257,
        sampling_rate=16_000,
        lower_edge_hertz=60.0,
        upper_edge_hertz=7_000.0,
    )
    np.testing.assert_allclose(found, ops.convert_to_numpy(matrix), atol=1e-4)


def test_filters_of_slaney_have_area_one():
    step = 16_000 / 8_192
    filters = np.array(mel_filters(40, 8_192, 16_000, 0.0, 8_000.0, "slaney"))
    np.testing.assert_allclose(filters.sum(axis=0) * step, 1, rtol=0.01)
    centres = filters.argmax(axis=0) * step
    # Straight up to 1 kHz, then by a constant factor.
    np.testing.assert_allclose(np.diff(centres[:12]), centres[1] - centres[0], atol=3)
    ratios = centres[20:] / centres[19:-1]
    np.testing.assert_allclose(ratios, ratios.mean(), rtol=0.01)


def test_neighbours_of_htk_sum_to_one():
    filters = np.array(mel_filters(20, 1_024, 16_000, 0.0, 8_000.0))
    first, last = filters[:, 0].argmax(), filters[:, -1].argmax()
    np.testing.assert_allclose(filters[first + 1 : last].sum(axis=1), 1, rtol=1e-6)
