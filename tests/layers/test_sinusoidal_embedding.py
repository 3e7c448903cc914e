import keras
import numpy as np
import pytest

from kerazoo.layers import SinusoidalEmbedding


def call(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


def test_hand_worked_values():
    # Frequencies 100^0 = 1 and 100^(-1/2) = 0.1, twice as high with scale 2.
    embedding = call(SinusoidalEmbedding(4, scale=2.0, max_period=100.0), np.ones(1))
    expected = [np.cos(2.0), np.cos(0.2), np.sin(2.0), np.sin(0.2)]
    np.testing.assert_allclose(embedding, [expected], atol=1e-6)


def test_zero_gives_ones_and_zeros_whatever_the_shape():
    embedding = call(SinusoidalEmbedding(6), np.zeros((2, 3), "int32"))
    np.testing.assert_array_equal(embedding, [[[1, 1, 1, 0, 0, 0]] * 3] * 2)


def test_close_numbers_are_told_apart_in_half_precision():
    # bfloat16 has 8 bits: as inputs, 2.5 and 2.505 would be the same number.
    layer = SinusoidalEmbedding(32, scale=200.0, dtype="mixed_bfloat16")
    outputs = layer(np.array([2.5, 2.505], "float32"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    first, second = keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))
    assert np.abs(first - second).max() > 0.3


def test_output_shape_is_known_before_the_batch_is():
    assert tuple(SinusoidalEmbedding(8)(keras.Input(())).shape) == (None, 8)


def test_config_round_trip():
    layer = SinusoidalEmbedding(8, scale=3.0, max_period=50.0)
    again = SinusoidalEmbedding.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    x = np.linspace(-2, 2, 5)
    np.testing.assert_array_equal(call(again, x), call(layer, x))
    assert np.abs(call(SinusoidalEmbedding(8), x) - call(layer, x)).max() > 0.1


@pytest.mark.parametrize("size", [0, 7])
def test_odd_or_no_size_raises(size):
    with pytest.raises(ValueError, match=rf"even and positive. Received: size={size}"):
        SinusoidalEmbedding(size)
