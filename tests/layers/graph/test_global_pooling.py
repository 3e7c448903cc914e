import keras
import numpy as np
import pytest

from kerazoo.layers.graph.global_pooling import GlobalPooling

IDS = np.array([1, 1, 0, 3, 0, 1], "int32")  # Graph 2 has no nodes.
FEATURES = np.random.default_rng(0).normal(size=(6, 4)).astype("float32") - 2


def attention(nodes, gate):
    scores = np.exp(nodes @ gate)
    return (scores / scores.sum() * nodes).sum(axis=0)


@pytest.mark.parametrize("mode", ["sum", "mean", "max", "attention"])
def test_each_graph_by_itself(mode, randomise):
    layer = GlobalPooling(mode)
    layer(FEATURES, IDS, num_graphs=4)
    randomise(layer)
    expected = np.zeros((4, 4))
    for graph in (0, 1, 3):
        nodes = FEATURES[graph == IDS]
        if mode == "attention":
            expected[graph] = attention(nodes, keras.ops.convert_to_numpy(layer.gate))
        else:
            expected[graph] = getattr(nodes, mode)(axis=0)
    outputs = layer(FEATURES, IDS, num_graphs=4)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


@pytest.mark.parametrize("mode", ["sum", "mean", "max", "attention"])
def test_gradients_are_finite(mode, gradients):
    layer = GlobalPooling(mode)
    found = gradients(layer, lambda x: layer(x, IDS, num_graphs=4), FEATURES)
    assert all(np.isfinite(gradient).all() for gradient in found)
    assert all(gradient.any() for gradient in found)


@pytest.mark.parametrize("mode", ["sum", "attention"])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, mode):
    features, ids = keras.Input((4,)), keras.Input((), dtype="int32")
    outputs = GlobalPooling(mode)(features, ids, num_graphs=4)
    assert tuple(outputs.shape) == (4, 4)
    model = keras.Model([features, ids], outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded([FEATURES, IDS])),
        keras.ops.convert_to_numpy(model([FEATURES, IDS])),
    )


def test_mixed_precision():
    layer = GlobalPooling("attention", dtype="mixed_bfloat16")
    outputs = layer(FEATURES, IDS, num_graphs=4)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"


def test_unknown_mode_raises():
    with pytest.raises(ValueError, match="sum, mean, max, attention.*mode=median"):
        GlobalPooling("median")
