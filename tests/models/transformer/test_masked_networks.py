"""Networks that predict what is hidden, on any backend of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.networks import MaskedAutoencoder
from kerazoo.models.transformer.networks import MaskedLanguageModel

SMALL = {"hidden_size": 8, "num_layers": 1, "num_heads": 2, "feed_forward_size": 12}
TOKENS = np.array([[4, 5, 1, 7, 2], [1, 9, 2, 0, 0]], "int32")
PLACES = np.array([[2, 0], [0, 1]], "int32")
RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.normal(size=(2, 4, 6, 1)).astype("float32")
ORDER = RANDOM.permuted([np.arange(6)] * 2, axis=1).astype("int32")
INPUTS = {"tokens": [TOKENS, PLACES], "pixels": [PIXELS, ORDER]}
SHAPES = {"tokens": (2, 2, 11), "pixels": (2, 3, 4)}

both = pytest.mark.parametrize("name", INPUTS)


def built(name, **options):
    """Returns a network none of whose weights are 0 or 1, the same each time."""
    keras.utils.set_random_seed(0)
    options = {**SMALL, **options}
    if name == "tokens":
        network = MaskedLanguageModel(11, **options)
        network.build((None, None))
    else:
        network = MaskedAutoencoder(2, mask_share=0.5, **options)
        network.build([PIXELS.shape, ORDER.shape])
    for seed, weight in enumerate(network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return network


def call(network, inputs, **options):
    return ops.convert_to_numpy(ops.cast(network(inputs, **options), "float32"))


@both
def test_saved_and_loaded_network_gives_equal_outputs(name, tmp_path):
    network = built(name, dropout=0.1, norm="rms", norm_first=False)
    outputs = call(network, INPUTS[name])
    assert outputs.shape == SHAPES[name]
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    np.testing.assert_array_equal(call(loaded, INPUTS[name]), outputs)


@pytest.mark.slow
@both
def test_dropout_acts_in_training_only(name):
    network, inputs = built(name, dropout=0.5), INPUTS[name]
    once = call(network, inputs)
    np.testing.assert_array_equal(call(network, inputs, training=False), once)
    assert np.abs(call(network, inputs, training=True) - once).max() > 0.01


@pytest.mark.slow
@both
def test_mixed_precision_returns_float32_near_the_full_precision(name):
    network, mixed = built(name), built(name, dtype="mixed_bfloat16")
    mixed.set_weights(network.get_weights())
    found, exact = mixed(INPUTS[name]), call(network, INPUTS[name])
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    errors = np.abs(ops.convert_to_numpy(found) - exact)
    assert 0 < errors.mean() < 0.05 * np.abs(exact).mean()


def test_places_choose_among_all_logits():
    network = built("tokens")
    everywhere = call(network, TOKENS)
    assert everywhere.shape == (2, 5, 11)
    expected = np.take_along_axis(everywhere, PLACES[..., None], axis=1)
    np.testing.assert_allclose(call(network, [TOKENS, PLACES]), expected, atol=1e-5)
    # Padding says nothing.
    longer = np.pad(TOKENS, [[0, 0], [0, 2]])
    found = call(network, [longer, PLACES])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    vectors = call(network.embed, TOKENS)
    np.testing.assert_allclose(call(network.embed, longer), vectors, atol=1e-5)


def test_hidden_patches_are_at_their_places():
    network = built("pixels")
    painted = call(network, INPUTS["pixels"])
    swapped = ORDER.copy()
    swapped[:, 3:] = ORDER[:, :2:-1]
    found = call(network, [PIXELS, swapped])
    np.testing.assert_allclose(found, painted[:, ::-1], atol=1e-5)
    assert network.num_visible(6) == 3 and network.num_visible(1) == 1


def test_mistakes_raise():
    with pytest.raises(ValueError, match="Received: mask_share=0"):
        MaskedAutoencoder(2, mask_share=0, **SMALL)
    with pytest.raises(ValueError, match="positions=absolute"):
        MaskedLanguageModel(11, **{**SMALL, "positions": "absolute"})
