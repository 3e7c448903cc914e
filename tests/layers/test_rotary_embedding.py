import keras
import numpy as np
import pytest

from kerazoo.layers.rotary_embedding import RotaryEmbedding


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def call(layer, *inputs):
    return keras.ops.convert_to_numpy(layer(*inputs))


@pytest.mark.parametrize(("scale", "position"), [(1.0, np.pi / 2), (2.0, np.pi / 4)])
def test_hand_worked_value(scale, position):
    # Angles pi / 2 of (1, 0) and pi / 20 of (0, 1), the pairs (x_0, x_2), (x_1, x_3).
    layer = RotaryEmbedding(max_period=100.0, scale=scale)
    x = np.array([1.0, 0.0, 0.0, 1.0], "float32").reshape(1, 1, 1, 4)
    expected = [0.0, -np.sin(np.pi / 20), 1.0, np.cos(np.pi / 20)]
    outputs = call(layer, x, np.array([position]))
    np.testing.assert_allclose(outputs[0, 0, 0], expected, atol=1e-6)


def test_norms_are_kept():
    x = random(2, 5, 3, 8)
    outputs = call(RotaryEmbedding(), x, np.arange(5))
    np.testing.assert_allclose(
        np.linalg.norm(outputs, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-5
    )
    np.testing.assert_allclose(outputs[:, 0], x[:, 0], atol=1e-7)


def test_products_depend_only_on_the_distance():
    layer = RotaryEmbedding()
    query, key = random(1, 1, 1, 8), random(1, 1, 1, 8, seed=1)

    def product(query_position, key_position):
        turned = call(layer, query, np.array([query_position]))
        return (turned * call(layer, key, np.array([key_position]))).sum()

    near = product(7, 3)
    np.testing.assert_allclose(product(107, 103), near, rtol=1e-4)
    assert abs(product(7, 4) - near) > 0.1


def test_positions_of_each_row():
    layer, x = RotaryEmbedding(), random(2, 3, 2, 4)
    positions = np.array([[0, 1, 2], [5, 6, 9]])
    expected = [call(layer, x[[row]], positions[row])[0] for row in range(2)]
    np.testing.assert_allclose(call(layer, x, positions), expected, atol=1e-6)


def test_angles_of_half_precision_are_float32():
    x, positions = random(1, 3, 2, 4), np.array([4097, 4098, 4099])  # Not in bfloat16.
    outputs = RotaryEmbedding(dtype="mixed_bfloat16")(x, positions)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")),
        call(RotaryEmbedding(), x, positions),
        atol=0.03,
    )


def test_config_and_output_shape():
    layer = RotaryEmbedding(max_period=50.0, scale=0.5)
    copy = RotaryEmbedding.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
    x = random(1, 3, 2, 4)
    np.testing.assert_array_equal(
        call(copy, x, np.arange(3)), call(layer, x, np.arange(3))
    )
    assert layer.compute_output_shape((None, 3, 2, 4)) == (None, 3, 2, 4)


@pytest.mark.parametrize("shape", [(1, 3, 2, 5), (1, 3, 4)])
def test_mistakes_raise(shape):
    with pytest.raises(ValueError, match=r"Received: inputs.shape=\(1, 3, "):
        RotaryEmbedding()(random(*shape), np.arange(3))
