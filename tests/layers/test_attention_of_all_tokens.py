import keras
import numpy as np
import pytest

from kerazoo.layers import Attention


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def built(num_heads, size, **kwargs):
    layer = Attention(num_heads, **kwargs)
    layer.build((None, None, size))
    layer.set_weights(
        [random(*w.shape, seed=seed) / 2 for seed, w in enumerate(layer.get_weights())]
    )
    return layer


def call(layer, inputs):
    return keras.ops.convert_to_numpy(layer(inputs))


@pytest.mark.parametrize("num_heads", [1, 2, 4])
def test_values_against_a_loop_over_heads(num_heads):
    layer, x = built(num_heads, 8), random(3, 5, 8, seed=9)
    kernel, bias, output_kernel, output_bias = layer.get_weights()
    query, key, value = np.split(x @ kernel + bias, 3, axis=-1)
    heads = []
    for head in np.split(np.arange(8), num_heads):
        q, k, v = query[..., head], key[..., head], value[..., head]
        weights = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(8 / num_heads))
        heads.append(weights / weights.sum(-1, keepdims=True) @ v)
    expected = np.concatenate(heads, axis=-1) @ output_kernel + output_bias
    np.testing.assert_allclose(call(layer, x), expected, atol=1e-4)


def test_permuted_tokens_give_permuted_outputs():
    layer, x = built(2, 8), random(3, 5, 8, seed=9)
    order = [3, 0, 4, 1, 2]
    np.testing.assert_allclose(
        call(layer, x[:, order]), call(layer, x)[:, order], atol=1e-5
    )


def test_initial_scale_is_that_of_three_square_matrices():
    layer = Attention(2)
    layer.build((None, None, 64))
    kernel = layer.get_weights()[0]
    limit = np.sqrt(6 / (64 + 64))
    assert 0.95 * limit < np.abs(kernel).max() <= limit


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    layer = built(2, 8, output_initializer="zeros")
    model = keras.Sequential([keras.Input((5, 8)), layer])
    assert model.output_shape == (None, 5, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    x = random(3, 5, 8, seed=9)
    np.testing.assert_array_equal(call(loaded, x), call(model, x))
    fresh = Attention.from_config(layer.get_config())
    assert not call(fresh, x).any()


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"Received: features=8, num_heads=3"):
        Attention(3)(random(1, 5, 8))
    with pytest.raises(ValueError, match=r"Received: inputs.shape=\(1, 5\)"):
        Attention(1)(random(1, 5))
    with pytest.raises(ValueError, match=r"positive. Received: num_heads=0"):
        Attention(0)
