import math

import keras
import numpy as np
import pytest

from kerazoo.layers.feed_forward import FeedForward

FUNCTIONS = {
    "relu": lambda u: np.maximum(u, 0),
    "gelu": lambda u: u * (1 + np.vectorize(math.erf)(u / math.sqrt(2))) / 2,
    "silu": lambda u: u / (1 + np.exp(-u)),
}
GATES = {"swiglu": "silu", "geglu": "gelu"}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(*args, size=4, **kwargs):
    layer = FeedForward(*args, **kwargs)
    layer.build((None, None, size))
    layer.set_weights(
        [random(*w.shape, seed=seed) / 2 for seed, w in enumerate(layer.get_weights())]
    )
    return layer


def call(layer, inputs, **kwargs):
    return keras.ops.convert_to_numpy(layer(inputs, **kwargs))


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("activation", [*FUNCTIONS, *GATES])
def test_values_by_hand(activation, use_bias):
    layer, x = built(6, activation, use_bias=use_bias), random(2, 3, 4, seed=9)
    weights = [weight.astype("float64") for weight in layer.get_weights()]
    if not use_bias:
        weights = [weights[0], 0, weights[1], 0]
    hidden = x @ weights[0] + weights[1]
    if activation in GATES:
        gate, hidden = hidden[..., :6], hidden[..., 6:]
        hidden = FUNCTIONS[GATES[activation]](gate) * hidden
    else:
        hidden = FUNCTIONS[activation](hidden)
    expected = hidden @ weights[2] + weights[3]
    np.testing.assert_allclose(call(layer, x), expected, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "swiglu"])
def test_initial_scale_is_that_of_one_matrix(activation):
    layer = FeedForward(128, activation)
    layer.build((None, 64))
    kernel = layer.get_weights()[0]
    assert kernel.shape == (64, 256 if activation == "swiglu" else 128)
    limit = np.sqrt(6 / (64 + 128))
    assert 0.95 * limit < np.abs(kernel).max() <= limit


def test_dropout_of_the_hidden_layer_in_training():
    layer = FeedForward(50, "relu", dropout=0.5, use_bias=False)
    layer.build((None, 50))
    layer.set_weights([np.eye(50), np.eye(50)])
    x = np.ones((4, 50), "float32")
    assert set(call(layer, x, training=True).ravel()) == {0, 2}
    np.testing.assert_array_equal(call(layer, x, training=False), x)
    np.testing.assert_array_equal(call(layer, x), x)


def test_half_precision_is_near():
    layer, x = built(6, "geglu", dtype="mixed_bfloat16"), random(2, 3, 4, seed=9)
    outputs = layer(x)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")),
        call(built(6, "geglu"), x),
        atol=0.1,
    )


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    layer = built(6, "swiglu", dropout=0.1, use_bias=False)
    model = keras.Sequential([keras.Input((3, 4)), layer])
    assert model.output_shape == (None, 3, 4)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    x = random(2, 3, 4, seed=9)
    np.testing.assert_array_equal(call(loaded, x), call(model, x))


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"positive. Received: feed_forward_size=0"):
        FeedForward(0)
    with pytest.raises(ValueError, match=r"'geglu'\]. Received: activation='tanh'"):
        FeedForward(6, "tanh")
