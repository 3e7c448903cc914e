import keras
import numpy as np
import pytest

from kerazoo.layers.position_embedding import PositionEmbedding


def test_rows_of_the_table():
    layer = PositionEmbedding(max_length=5, units=3)
    layer.build((None, None))
    table = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    layer.set_weights([table])
    positions = np.array([[4, 0], [1, 1]])
    outputs = keras.ops.convert_to_numpy(layer(positions))
    np.testing.assert_array_equal(outputs, table[positions])
    assert layer.compute_output_shape((None, 2)) == (None, 2, 3)


def test_initial_scale():
    layer = PositionEmbedding(max_length=100, units=100)
    layer.build((None,))
    assert 0.019 < layer.get_weights()[0].std() < 0.021


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    model = keras.Sequential(
        [keras.Input((3,), dtype="int32"), PositionEmbedding(max_length=7, units=2)]
    )
    assert model.output_shape == (None, 3, 2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == model.layers[-1].get_config()
    positions = np.array([[6, 3, 0]], "int32")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(positions)),
        keras.ops.convert_to_numpy(model(positions)),
    )


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"Received: max_length=0, units=3"):
        PositionEmbedding(0, 3)
    with pytest.raises(ValueError, match=r"Received: max_length=3, units=0"):
        PositionEmbedding(3, 0)
