import keras
import numpy as np
import pytest

from kerazoo.layers.alibi import alibi_bias
from kerazoo.layers.alibi import alibi_slopes


def test_published_slopes():
    eight = [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]
    assert alibi_slopes(8) == eight
    # Those of 8 heads, then 2^-0.5, 2^-1.5, 2^-2.5, 2^-3.5 of the 16 heads'.
    twelve = [*eight, 0.70710678, 0.35355339, 0.17677670, 0.08838835]
    np.testing.assert_allclose(alibi_slopes(12), twelve, rtol=1e-7)
    assert alibi_slopes(1) == [1 / 256]
    assert alibi_slopes(3) == [1 / 16, 1 / 256, 1 / 4]


def test_bias_falls_with_the_distance_on_both_sides():
    bias = alibi_bias(2, np.array([3, 4]), np.arange(2, 6))
    assert keras.backend.standardize_dtype(bias.dtype) == "float32"
    distances = np.array([[1, 0, 1, 2], [2, 1, 0, 1]])
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(bias), [-distances / 16, -distances / 256]
    )


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"positive. Received: num_heads=0"):
        alibi_slopes(0)
