"""Maps of attention, on any backend of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.attention_maps import attention_rollout
from kerazoo.models.transformer.attention_maps import cross_attention
from kerazoo.models.transformer.attention_maps import encoder_attention
from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.models.transformer.networks import TextClassifier
from kerazoo.models.transformer.networks import VisionTransformer

SMALL = {"hidden_size": 8, "num_layers": 2, "num_heads": 2, "feed_forward_size": 12}
SOURCE = np.array([[4, 5, 6, 7, 2], [8, 9, 2, 0, 0]], "int32")
TARGET = np.array([[1, 4, 5], [1, 9, 8]], "int32")
IMAGES = np.random.default_rng(5).normal(size=(2, 4, 6, 1)).astype("float32")
KINDS = {
    "post": {},
    "pre": {"norm_first": True, "positions": "rotary", "num_key_value_heads": 1},
}


def numpy(tensors):
    return [ops.convert_to_numpy(tensor) for tensor in tensors]


def inputs_of(network, layers, *inputs):
    """Returns what layers are called with, as the network itself calls them."""
    seen = []

    def spied(call):
        def spy(x, **kwargs):
            seen.append((x, kwargs))
            return call(x, **kwargs)

        return spy

    for layer in layers:
        layer.call = spied(layer.call)
    network(*inputs)
    for layer in layers:
        del layer.call
    return seen


def assert_maps(network, layers, maps, *inputs):
    """Compares maps with those of what the network's own pass gives the layers."""
    assert len(maps) == len(layers) == 2
    for layer, found, (x, given) in zip(
        layers, maps, inputs_of(network, layers, *inputs), strict=True
    ):
        context, mask = given.get("context"), given.get("key_mask")
        expected = layer.attention_weights(x, context, key_mask=mask)
        np.testing.assert_allclose(found, ops.convert_to_numpy(expected), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_maps_are_those_of_the_texts_own_pass(kind):
    keras.utils.set_random_seed(0)
    network = TextClassifier(11, 3, **SMALL, **KINDS[kind])
    network(SOURCE)
    maps = numpy(encoder_attention(network, SOURCE))
    layers = [block.self_attention for block in network.encoder.blocks]
    assert_maps(network, layers, maps, SOURCE)
    for own in maps:
        assert own.shape == (2, 2, 5, 5)
        np.testing.assert_allclose(own.sum(axis=-1), 1, rtol=1e-5)
        assert not own[1, ..., 3:].any() and (own[0] > 0).all()  # Padding.


def test_maps_of_images():
    network = VisionTransformer(3, patch_size=2, **SMALL)
    network(IMAGES)
    maps = numpy(encoder_attention(network, IMAGES))
    layers = [block.self_attention for block in network.encoder.blocks]
    assert_maps(network, layers, maps, IMAGES)
    assert maps[0].shape == (2, 2, 6, 6)


@pytest.mark.parametrize("kind", KINDS)
def test_maps_of_a_translation(kind):
    keras.utils.set_random_seed(0)
    network = EncoderDecoder(11, **SMALL, **KINDS[kind])
    network([SOURCE, TARGET])
    maps = numpy(cross_attention(network, SOURCE, TARGET))
    layers = [block.cross_attention for block in network.decoder.blocks]
    assert_maps(network, layers, maps, [SOURCE, TARGET])
    for own in maps:
        assert own.shape == (2, 2, 3, 5)
        np.testing.assert_allclose(own.sum(axis=-1), 1, rtol=1e-5)
        assert not own[1, ..., 3:].any()


def test_rollout_by_hand():
    random = np.random.default_rng(0)
    maps = random.dirichlet(np.ones(4), size=(3, 2, 5, 4)).astype("float32")
    found = ops.convert_to_numpy(attention_rollout(list(maps)))
    for b in range(2):
        first, second, third = ((own[b].mean(axis=0) + np.eye(4)) / 2 for own in maps)
        np.testing.assert_allclose(found[b], third @ second @ first, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)


def test_rollout_of_tokens_gives_padding_nothing():
    network = TextClassifier(11, 3, **SMALL)
    network(SOURCE)
    rollout = ops.convert_to_numpy(
        attention_rollout(encoder_attention(network, SOURCE))
    )
    assert not rollout[1, :3, 3:].any()
    np.testing.assert_allclose(rollout[1, :3, :3].sum(axis=-1), 1, rtol=1e-5)


def test_no_blocks():
    with pytest.raises(ValueError, match="Received: maps="):
        attention_rollout([])
