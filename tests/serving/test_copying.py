import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.copying import plain_copy
from kerazoo.training import strategy as strategies


@pytest.fixture
def trained():
    strategy = strategies.create("mirrored", num_devices=2)
    with strategy.scope():
        inputs = keras.Input((3,))
        hidden = keras.layers.Dense(4, activation="relu")(inputs)
        hidden = keras.layers.BatchNormalization()(hidden)
        hidden = keras.layers.Dropout(0.5)(hidden)
        model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    random = np.random.default_rng(0)
    model.set_weights([random.uniform(0.5, 2, w.shape) for w in model.get_weights()])
    return model


def test_copy_says_the_same_outside_of_the_strategy(trained):
    copy = plain_copy(trained)
    inputs = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
    np.testing.assert_array_equal(copy(inputs), trained(inputs))
    for variable in copy.weights:
        assert not hasattr(variable.value, "distribute_strategy")
    assert hasattr(trained.weights[0].value, "distribute_strategy")


def test_copy_stays_when_training_goes_on(trained):
    copy = plain_copy(trained)
    before = copy.get_weights()
    trained.set_weights([w + 1 for w in trained.get_weights()])
    for one, other in zip(copy.get_weights(), before):
        np.testing.assert_array_equal(one, other)


def test_copy_can_be_saved_by_tensorflow(trained, tmp_path):
    copy = plain_copy(trained)
    module = tf.Module()
    module.weights = [variable.value for variable in copy.weights]
    serve = tf.function(
        lambda x: {"y": copy(x)}, input_signature=[tf.TensorSpec((None, 3))]
    )
    signatures = {"serving_default": serve.get_concrete_function()}
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    inputs = np.ones((2, 3), "float32")
    np.testing.assert_allclose(loaded(tf.constant(inputs))["y"], trained(inputs))
