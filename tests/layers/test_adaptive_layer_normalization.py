import keras
import numpy as np
import pytest

from kerazoo.layers import AdaptiveLayerNormalization


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def arrays(outputs):
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [keras.ops.convert_to_numpy(value) for value in outputs]


def normalized(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)


@pytest.mark.parametrize("gated", [False, True])
def test_untrained_layer_is_layer_normalization_with_closed_gate(gated):
    x = random(2, 3, 4)
    outputs, *gate = arrays(AdaptiveLayerNormalization(gated)(x, random(2, 5, seed=1)))
    np.testing.assert_allclose(outputs, normalized(x), atol=1e-5)
    assert len(gate) == gated
    if gated:
        np.testing.assert_array_equal(gate[0], np.zeros((2, 1, 4)))


@pytest.mark.parametrize("shape", [(2, 4), (2, 3, 4), (2, 3, 2, 4)])
def test_values_against_numpy(shape):
    layer = AdaptiveLayerNormalization(gated=True)
    x, condition = random(*shape), random(2, 5, seed=1)
    layer.build(x.shape, condition.shape)
    kernel, bias = random(5, 12, seed=2), random(12, seed=3)
    layer.set_weights([kernel, bias])
    modulation = (condition @ kernel + bias).reshape(2, *(1,) * (x.ndim - 2), 12)
    scale, shift, expected_gate = np.split(modulation, 3, axis=-1)
    outputs, gate = arrays(layer(x, condition))
    np.testing.assert_allclose(outputs, normalized(x) * (1 + scale) + shift, atol=1e-4)
    np.testing.assert_allclose(gate, expected_gate, atol=1e-5)


@pytest.mark.parametrize("gated", [False, True])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, gated):
    inputs, condition = keras.Input((3, 4)), keras.Input((5,))
    layer = AdaptiveLayerNormalization(gated, epsilon=0.1)
    model = keras.Model([inputs, condition], layer(inputs, condition))
    size = 12 if gated else 8
    model.set_weights([random(5, size, seed=2), random(size, seed=3)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    x = [random(2, 3, 4), random(2, 5, seed=1)]
    ours, theirs = (m(x) if gated else (m(x),) for m in (model, loaded))
    for our, their in zip(arrays(tuple(ours)), arrays(tuple(theirs)), strict=True):
        np.testing.assert_array_equal(our, their)


def test_condition_of_wrong_rank_raises():
    with pytest.raises(ValueError, match=r"Received: condition.shape=\(2, 3, 5\)"):
        AdaptiveLayerNormalization()(random(2, 3, 4), random(2, 3, 5))
