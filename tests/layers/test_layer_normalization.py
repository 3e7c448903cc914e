import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.layer_normalization import LayerNormalization
from tests.layers.gradients import gradients


def pair(size, **kwargs):
    """Returns our layer and Keras's, with the same random weights."""
    layers = [
        LayerNormalization(epsilon=1e-3, **kwargs),
        keras.layers.LayerNormalization(epsilon=1e-3, **kwargs),
    ]
    generator = np.random.default_rng(0)
    weights = [generator.normal(size=size).astype("float32") for _ in range(2)]
    for layer in layers:
        layer.build((None, size))
        layer.gamma.assign(weights[0])
        layer.beta.assign(weights[1])
    return layers


def random(*shape):
    return np.random.default_rng(1).normal(3, 2, shape).astype("float32")


@pytest.mark.parametrize("shape", [(4, 6), (2, 3, 8), (2, 3, 5, 4)])
def test_equals_keras_with_gradients(shape):
    ours, theirs = pair(shape[-1])
    x, upstream = random(*shape), random(*shape)[::-1].copy()
    np.testing.assert_allclose(
        ops.convert_to_numpy(ours(x)), ops.convert_to_numpy(theirs(x)), atol=1e-5
    )
    found, expected = (
        gradients(layer, x, upstream, [layer.gamma, layer.beta])
        for layer in (ours, theirs)
    )
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-4, rtol=1e-4)


def test_hand_worked():
    layer = LayerNormalization(epsilon=0.0)
    x = np.array([[1.0, 3.0], [-2.0, 2.0]], "float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(x)), [[-1, 1], [-1, 1]], atol=1e-6
    )


def test_large_means_leave_the_variance():
    layer = LayerNormalization()
    x = 1_000 + np.array([[-1.0, 1.0, -1.0, 1.0]], "float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(x)), [[-1, 1, -1, 1]], atol=1e-3
    )


def test_half_precision_is_near():
    ours, theirs = pair(16, dtype="mixed_bfloat16")
    x = random(4, 16)
    assert keras.backend.standardize_dtype(ours(x).dtype) == "bfloat16"
    found, expected = (
        ops.convert_to_numpy(ops.cast(layer(x), "float32")) for layer in (ours, theirs)
    )
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_config_round_trip():
    layer = LayerNormalization(epsilon=0.5, name="norm")
    again = LayerNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
