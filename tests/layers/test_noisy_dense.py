import keras
import numpy as np
import pytest
from scipy import stats

from kerazoo.layers.noisy_dense import NoisyDense


def call(layer, inputs, **kwargs):
    return keras.ops.convert_to_numpy(layer(inputs, **kwargs))


def weights_of(layer):
    weights = (layer.kernel, layer.bias, layer.kernel_sigma, layer.bias_sigma)
    return [keras.ops.convert_to_numpy(weight) for weight in weights]


def random_layer(units=2, size=3, seed=0, **kwargs):
    layer = NoisyDense(units, seed=seed, **kwargs)
    layer.build((None, size))
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def inputs(batch=4, size=3, seed=1):
    return np.random.default_rng(seed).normal(size=(batch, size)).astype("float32")


@pytest.mark.parametrize("training", [None, False])
def test_is_a_dense_layer_without_noise(training):
    layer, x = random_layer(), inputs()
    kernel, bias, _, _ = weights_of(layer)
    found = call(layer, x, training=training)
    np.testing.assert_allclose(found, x @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_given_noise_by_hand():
    layer = NoisyDense(2)
    layer.build((None, 1))
    layer.set_weights(
        [
            *(np.array([[1.0, 2.0]]), np.array([0.5, 0.0])),
            *(np.array([[10.0, 20.0]]), np.array([1.0, 3.0])),
        ]
    )
    layer.draw_noise = lambda size: keras.ops.convert_to_tensor(
        [4.0] if size == 1 else [9.0, -1.0]
    )
    # f(4) = 2, f(9) = 3, f(-1) = -1. At x = 1:
    # 1 + 10 * 2 * 3 + 0.5 + 1 * 3 = 64.5 and 2 + 20 * 2 * -1 + 0 + 3 * -1 = -41.
    found = call(layer, np.ones((1, 1), "float32"), training=True)
    np.testing.assert_allclose(found, [[64.5, -41.0]], rtol=1e-6)


def test_a_batch_shares_its_noise_and_every_call_has_another():
    layer, x = random_layer(), np.ones((5, 3), "float32")
    first, second = (call(layer, x, training=True) for _ in range(2))
    np.testing.assert_allclose(first, np.tile(first[:1], (5, 1)), rtol=1e-6)
    assert (np.abs(first - second) > 1e-4).all()


def test_outputs_have_the_mean_and_variance_of_the_formula():
    layer, count = NoisyDense(20_000, seed=4), 20_000
    layer.build((None, 2))
    ones = np.ones(count)
    kernel, sigma = np.outer([3, 5], ones), np.outer([0.2, 0.4], ones)
    layer.set_weights([kernel, ones, sigma, 0.1 * ones])
    normal = np.random.default_rng(0).normal(size=count).astype("float32")
    layer.draw_noise = lambda size: np.float32([4, -9]) if size == 2 else normal
    outputs = call(layer, np.array([[2.0, 1.0]], "float32"), training=True)[0]
    # The rows' noise is f(4) = 2 and f(-9) = -3, each column's has the variance
    # E|e| = sqrt(2 / pi) of f(e): 2 * 0.2 * 2 + 1 * 0.4 * -3 + 0.1 = -0.3.
    variance = 0.3**2 * np.sqrt(2 / np.pi)
    error = np.sqrt(variance / count)
    assert abs(outputs.mean() - (2 * 3 + 1 * 5 + 1)) < 4 * error
    np.testing.assert_allclose(outputs.var(), variance, rtol=0.05)


def test_noise_is_normal_before_it_is_scaled():
    layer = NoisyDense(4_000, sigma=1.0, seed=3)
    layer.build((None, 1))
    zeros = np.zeros((1, 4_000))
    ones = np.ones(4_000)
    layer.set_weights([zeros, 0 * ones, zeros, ones])
    noise = call(layer, np.zeros((1, 1), "float32"), training=True)[0]
    normal = np.sign(noise) * noise**2
    assert stats.kstest(normal, "norm").pvalue > 1e-3


def test_weights_begin_as_in_the_paper():
    layer = NoisyDense(200, sigma=0.4, seed=0)
    layer.build((None, 100))
    kernel, bias, kernel_sigma, bias_sigma = weights_of(layer)
    np.testing.assert_allclose(kernel_sigma, 0.4 / 10, rtol=1e-6)
    np.testing.assert_allclose(bias_sigma, 0.4 / 10, rtol=1e-6)
    for mean in (kernel.ravel(), bias):
        assert stats.kstest(mean, "uniform", (-0.1, 0.2)).pvalue > 1e-3
    assert layer.count_params() == 2 * (100 * 200 + 200)


def test_the_scale_of_the_noise_is_learnt():
    layer = random_layer()
    assert [weight.trainable for weight in layer.weights] == [True] * 4


def test_same_seed_gives_the_same_weights_and_noise():
    def draw(seed):
        layer = NoisyDense(3, seed=seed)
        return call(layer, inputs(), training=True)

    np.testing.assert_array_equal(draw(0), draw(0))
    assert (draw(0) != draw(1)).all()


def test_activation_and_inputs_of_any_rank():
    layer = random_layer(activation="relu")
    kernel, bias, _, _ = weights_of(layer)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    found = call(layer, x)
    assert layer.compute_output_shape((None, 5, 3)) == (None, 5, 2)
    np.testing.assert_allclose(
        found, np.maximum(x @ kernel + bias, 0), rtol=1e-5, atol=1e-6
    )


def test_saved_and_loaded_model_gives_equal_outputs(tmp_path):
    layer = random_layer(activation="relu", sigma=0.3, dtype="float32")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == layer.get_config()
    np.testing.assert_array_equal(call(loaded, inputs()), call(model, inputs()))


def test_dtype_policy_reaches_the_noise():
    layer = NoisyDense(3, dtype="mixed_bfloat16")
    outputs = layer(inputs(), training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"


@pytest.mark.parametrize(("name", "value"), [("units", 0), ("sigma", -0.5)])
def test_wrong_arguments_raise(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*Received: {name}={value}"):
        NoisyDense(**{"units": 2, name: value})
