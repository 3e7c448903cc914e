import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.expected_values import with_means
from kerazoo.models.dqn.expected_values import without_means


def sequential():
    layers = [keras.layers.Dense(6), keras.layers.Reshape((2, 3))]
    return keras.Sequential([keras.Input((4,), dtype="uint8"), *layers])


def functional():
    inputs = keras.Input((4,), dtype="uint8")
    return keras.Model(
        inputs, keras.layers.Reshape((2, 3))(keras.layers.Dense(6)(inputs))
    )


def observations():
    return np.random.default_rng(0).integers(0, 9, (5, 4)).astype(np.uint8)


def test_a_categorical_mean_by_hand():
    # Probabilities 1/4, 1/2, 1/4 of -2, 1 and 4; then all of 4.
    logits = np.array([[0, np.log(2), 0], [-1e9, -1e9, 0]], np.float32)
    means = CategoricalMean(-2.0, 4.0)(logits)
    np.testing.assert_allclose(means, [1.0, 4.0], rtol=1e-6)


def test_a_quantile_mean_by_hand():
    means = QuantileMean()(np.array([[[1.0, 2.0, 6.0]]]))
    np.testing.assert_allclose(means, [[3.0]])


@pytest.mark.parametrize("kind", [sequential, functional])
@pytest.mark.parametrize("mean", [CategoricalMean(-1.0, 1.0), QuantileMean()])
def test_models_with_and_without_means_share_their_weights(tmp_path, kind, mean):
    model = kind()
    values = with_means(model, mean)
    x = observations()
    np.testing.assert_array_equal(values(x), mean(model(x)))
    assert [id(w) for w in values.weights] == [id(w) for w in model.weights]
    again = without_means(values)
    np.testing.assert_array_equal(again(x), model(x))
    assert [id(w) for w in again.weights] == [id(w) for w in model.weights]
    values.save(tmp_path / "values.keras")
    loaded = keras.saving.load_model(tmp_path / "values.keras")
    np.testing.assert_array_equal(loaded(x), values(x))
    assert loaded.layers[-1].get_config() == mean.get_config()


@pytest.mark.parametrize("kind", [sequential, functional])
def test_models_of_plain_values_have_no_distributions(kind):
    assert without_means(kind()) is None
