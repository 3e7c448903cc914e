import keras
import numpy as np
import pytest

from kerazoo.layers.dueling_head import DuelingHead
from kerazoo.layers.implicit_quantile_head import ImplicitQuantileHead
from kerazoo.layers.noisy_dense import NoisyDense


def call(layer, *args, **kwargs):
    return keras.ops.convert_to_numpy(layer(*args, **kwargs))


def features(batch=3, size=4, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, size)).astype("float32")


def created(seed=1, **kwargs):
    head = ImplicitQuantileHead(2, **{"num_quantiles": 5, "num_cosines": 6, **kwargs})
    head(features())
    random = np.random.default_rng(seed)
    head.set_weights([random.normal(size=w.shape) for w in head.get_weights()])
    return head


def by_hand(head, x, tau):
    """Dabney et al., Equation 4 and what follows, one probability at a time."""
    weights = iter(head.get_weights())
    kernel, bias = next(weights), next(weights)
    rest = list(weights)
    outputs = np.zeros((len(x), head.num_actions, tau.shape[1]))
    for row in range(len(x)):
        for column, t in enumerate(tau[row]):
            cosines = [np.cos(np.pi * i * t) for i in range(head.num_cosines)]
            product = x[row] * np.maximum(cosines @ kernel + bias, 0)
            for layer in range(0, len(rest) - 2, 2):
                product = np.maximum(product @ rest[layer] + rest[layer + 1], 0)
            outputs[row, :, column] = product @ rest[-2] + rest[-1]
    return outputs


@pytest.mark.parametrize("hidden_units", [None, 7])
def test_quantiles_at_given_probabilities(hidden_units):
    head, x = created(hidden_units=hidden_units), features()
    tau = np.random.default_rng(2).random((3, 4)).astype("float32")
    found = call(head, x, tau)
    assert found.shape == (3, 2, 4)
    np.testing.assert_allclose(found, by_hand(head, x, tau), rtol=1e-4, atol=1e-4)


def test_midpoints_without_probabilities():
    head, x = created(), features()
    tau = np.tile([0.1, 0.3, 0.5, 0.7, 0.9], (3, 1))
    np.testing.assert_allclose(call(head, x), by_hand(head, x, tau), atol=1e-4)
    assert head.compute_output_shape((None, 4)) == (None, 2, 5)
    assert head.compute_output_shape((None, 4), (None, 9)) == (None, 2, 9)


def test_parts_are_dueling_and_noisy():
    head = created(hidden_units=7, dueling=True, noisy=True, seed=0)
    assert isinstance(head.head, DuelingHead)
    kinds = [type(layer) for layer in head._flatten_layers(include_self=False)]
    assert kinds.count(NoisyDense) == 3  # The hidden layer and both streams.
    x = features()
    np.testing.assert_array_equal(call(head, x), call(head, x))
    first, second = (call(head, x, training=True) for _ in range(2))
    assert (first != second).all()


@pytest.mark.parametrize("dueling", [False, True])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, dueling):
    head = created(hidden_units=7, dueling=dueling)
    model = keras.Sequential([keras.Input((4,)), head])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].get_config() == head.get_config()
    np.testing.assert_array_equal(call(loaded, features()), call(model, features()))


@pytest.mark.parametrize("name", ["num_actions", "num_quantiles", "num_cosines"])
def test_numbers_must_be_positive(name):
    with pytest.raises(ValueError, match=f"`{name}` must be positive"):
        ImplicitQuantileHead(**{"num_actions": 2, name: 0})


def test_inputs_of_wrong_rank_raise():
    with pytest.raises(ValueError, match=r"Received: inputs.shape=\(2, 3, 4\)"):
        ImplicitQuantileHead(3)(np.zeros((2, 3, 4), "float32"))
