import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.dropout import Dropout


def dropped(layer, x):
    return ops.convert_to_numpy(ops.cast(layer(x, training=True), "float32"))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_share_and_scale(rate):
    x = np.ones((50, 11, 37), "float32")  # An odd number of features.
    y = dropped(Dropout(rate, seed=0), x)
    kept = y[y != 0]
    np.testing.assert_allclose(kept, 1 / (1 - rate), rtol=1e-3)
    error = (rate * (1 - rate) / y.size) ** 0.5
    assert abs((y == 0).mean() - rate) < 4 * error
    # Neighbours, which share an integer, are independent.
    zero = (y.reshape(50, -1) == 0).astype(float)
    pairs = (zero[:, :-1] * zero[:, 1:]).mean()
    assert abs(pairs - rate**2) < 4 * (rate**2 / y.size) ** 0.5


def test_draws_anew_and_the_same_by_seed():
    x = np.ones((20, 30), "float32")
    layer, again = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
    first, second = dropped(layer, x), dropped(layer, x)
    assert (first != second).any()
    np.testing.assert_array_equal(dropped(again, x), first)
    assert (dropped(Dropout(0.5, seed=4), x) != first).any()


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_leaves_all(rate, training):
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    y = ops.convert_to_numpy(Dropout(rate)(x, training=training))
    np.testing.assert_array_equal(y, x)


def test_rate_near_one_is_finite():
    y = dropped(Dropout(1 - 1e-7, seed=0), np.ones((100, 10), "float32"))
    assert np.isfinite(y).all()


def test_half_precision():
    layer = Dropout(0.5, seed=0, dtype="mixed_bfloat16")
    y = layer(np.ones((4, 5), "float32"), training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"


def test_shapes_that_are_not_known_yet():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends know all shapes")
    import tensorflow as tf

    layer = Dropout(0.5, seed=0)

    @tf.function(input_signature=[tf.TensorSpec((None, None, 3))])
    def call(x):
        return layer(x, training=True)

    y = call(tf.ones((7, 9, 3))).numpy()
    assert set(np.unique(y)) == {0.0, 2.0}


def test_config_and_errors():
    layer = Dropout(0.3, seed=5)
    assert Dropout.from_config(layer.get_config()).get_config() == layer.get_config()
    for rate in (-0.1, 1.0):
        with pytest.raises(ValueError, match=f"rate={rate}"):
            Dropout(rate)
