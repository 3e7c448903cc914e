import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import signal

from kerazoo.models.transformer.resampling import resample
from kerazoo.models.transformer.resampling import resampled_length


@pytest.fixture(scope="module")
def to_16_khz():
    signature = tf.TensorSpec([None]), tf.TensorSpec([], tf.int32)
    return tf.function(lambda x, rate: resample(x, rate, 16_000), signature)


@pytest.mark.parametrize(
    "rate", [4_000, 8_000, 11_025, 12_345, 16_000, 16_001, 44_100, 48_000, 192_000]
)
def test_agrees_with_scipy(to_16_khz, rate):
    x = np.random.default_rng(0).normal(size=rate // 10 + 37).astype("float32")
    divisor = math.gcd(rate, 16_000)
    expected = signal.resample_poly(x, 16_000 // divisor, rate // divisor)
    np.testing.assert_allclose(to_16_khz(x, rate), expected, atol=5e-6)
    assert resampled_length(len(x), rate, 16_000) == len(expected)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_very_short_sounds(to_16_khz, count):
    x = np.arange(1, count + 1, dtype="float32")
    expected = signal.resample_poly(x, 160, 441)
    np.testing.assert_allclose(to_16_khz(x, 44_100), expected, atol=1e-5)
