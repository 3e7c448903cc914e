import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import SpecAugment

ONES = np.ones((3, 50, 20), "float32")


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def test_masks_by_their_numbers():
    layer = SpecAugment(1, 10, 0.5, 1, 7)
    assert layer.num_uniforms == 4
    # Widths 5 of 0..10 and 4 of 0..7; starts 20 of 0..45 and 8 of 0..16.
    uniforms = np.array([[0.5, 0.45, 0.5, 0.49]] * 3, "float32")
    expected = ONES.copy()
    expected[:, 20:25] = 0
    expected[:, :, 8:12] = 0
    found = numpy(layer(ONES, uniforms=uniforms, training=True))
    np.testing.assert_array_equal(found, expected)
    # Some rows alone are as they are among others.
    part = layer(ONES[1:2], uniforms=uniforms[1:2], training=True)
    np.testing.assert_array_equal(numpy(part), expected[1:2])


def test_time_masks_stay_within_their_share_of_a_row():
    layer = SpecAugment(1, 40, 0.2, 0, seed=0)
    lengths = np.tile([50, 20, 4], 60)
    ones = np.tile(ONES, (60, 1, 1))
    hidden = numpy(layer(ones, lengths=lengths, training=True))[..., 0] == 0
    for row, length in zip(hidden, lengths):
        assert not row[length:].any()
        places = np.flatnonzero(row)
        assert not len(places) or np.ptp(places) == len(places) - 1  # One stretch.
    widest = hidden.sum(axis=1).reshape(60, 3).max(axis=0)
    assert widest.tolist() == [10, 4, 0]


def test_widths_and_places_are_uniform():
    layer = SpecAugment(0, frequency_masks=1, max_frequency_width=4, seed=1)
    x = np.ones((5_000, 1, 8), "float32")
    hidden = numpy(layer(x, training=True))[:, 0] == 0
    counts = np.bincount(hidden.sum(axis=1), minlength=5)
    np.testing.assert_allclose(counts / 5_000, 1 / 5, atol=0.03)
    starts = hidden[hidden.sum(axis=1) == 4].argmax(axis=1)
    np.testing.assert_allclose(
        np.bincount(starts, minlength=5) / len(starts), 1 / 5, atol=0.06
    )


def test_leaves_all_without_training():
    assert (numpy(SpecAugment()(ONES)) == 1).all()
    assert (numpy(SpecAugment(0, frequency_masks=0)(ONES, training=True)) == 1).all()


def test_draws_anew_and_the_same_by_seed():
    layer, again = SpecAugment(seed=3), SpecAugment(seed=3)
    first, second = (numpy(layer(ONES, training=True)) for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(numpy(again(ONES, training=True)), first)


def test_the_largest_numbers_stay_inside():
    uniforms = np.full((3, 8), np.nextafter(1, 0), "float64").astype("float32")
    found = numpy(SpecAugment(2, 5, 1.0, 2, 6)(ONES, uniforms=uniforms, training=True))
    hidden = found[0] == 0
    assert hidden[-5:].all() and hidden[:, -6:].all() and not hidden[:45, :14].any()


def test_half_precision():
    layer = SpecAugment(1, 10, 0.5, 0, dtype="mixed_bfloat16")
    uniforms = np.array([[0.5, 0.45]] * 3, "float32")
    x = ops.cast(ONES, "bfloat16")
    found = layer(x, uniforms=uniforms, training=True)
    assert keras.backend.standardize_dtype(found.dtype) == "bfloat16"
    assert np.flatnonzero(numpy(found)[0, :, 0] == 0).tolist() == [*range(20, 25)]


def test_config_and_mistakes():
    config = SpecAugment(1, 2, 0.3, 4, 5, seed=6).get_config()
    assert SpecAugment.from_config(config).get_config() == config
    with pytest.raises(ValueError, match="max_time_share=1.5"):
        SpecAugment(max_time_share=1.5)
    with pytest.raises(ValueError, match="frequency_masks=-1"):
        SpecAugment(frequency_masks=-1)
    with pytest.raises(ValueError, match=r"inputs.shape=\(3, 50\)"):
        SpecAugment()(ONES[..., 0], training=True)
