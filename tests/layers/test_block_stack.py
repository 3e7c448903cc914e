"""Stacks of encoder and decoder blocks."""

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers import Decoder
from kerazoo.layers import Encoder
from tests.layers.gradients import gradients

INPUTS = 3 * np.random.default_rng(0).normal(size=(2, 5, 16)).astype("float32")

MASK = np.array([[True] * 5, [True] * 3 + [False] * 2])


def numpy(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("norm_first", [False, True])
def test_hidden_states_are_normalised_at_the_end(norm_first):
    for stack in (Encoder, Decoder):
        kwargs = {"is_cross": False} if stack is Decoder else {}
        layer = stack(
            2, num_heads=2, feed_forward_size=8, norm_first=norm_first, **kwargs
        )
        outputs = numpy(layer(INPUTS))
        np.testing.assert_allclose(outputs.mean(axis=-1), 0, atol=1e-5)
        np.testing.assert_allclose(outputs.std(axis=-1), 1, atol=1e-2)


def test_encoder_is_its_blocks_one_after_the_other():
    encoder = Encoder(3, num_heads=2, feed_forward_size=8, activation="gelu")
    x = encoder(INPUTS)
    expected = INPUTS
    for block in encoder.blocks:
        assert block.activation == "gelu" and block.feed_forward_size == 8
        expected = block(expected)
    assert len(encoder.blocks) == 3 and encoder.norm is None
    np.testing.assert_allclose(numpy(x), numpy(expected), atol=1e-6)


@pytest.mark.parametrize("is_cross", [False, True])
def test_decoder_goes_on_from_its_cache(is_cross):
    decoder = Decoder(2, 2, 8, is_cross, norm_first=True)
    memory = INPUTS[:, :3] if is_cross else None
    expected = numpy(decoder(INPUTS, memory))
    cache = decoder.make_cache(2, length=5)
    projected = decoder.project(memory) if is_cross else None
    for position in range(5):
        token = INPUTS[:, position : position + 1]
        found, cache = decoder(
            token, cache=cache, position=position, projected=projected
        )
        np.testing.assert_allclose(
            numpy(found), expected[:, position : position + 1], atol=1e-5
        )


@pytest.mark.parametrize("is_cross", [False, True])
def test_gradients_with_blocks_computed_again_are_the_same(is_cross):
    keras.utils.set_random_seed(0)
    stacks = [
        Decoder(2, 2, 8, is_cross, norm_first=True, remat=remat)
        if is_cross
        else Encoder(2, 2, 8, remat=remat)
        for remat in (False, True)
    ]
    found = []
    for stack in stacks:
        stack.build(INPUTS.shape, *([INPUTS.shape] if is_cross else []))
        stack.set_weights(
            [
                0.3 * np.random.default_rng(i).normal(size=w.shape)
                for i, w in enumerate(stack.get_weights())
            ]
        )

        def outputs(x, stack=stack):
            if is_cross:
                return stack(x, 2 * x, memory_mask=MASK, training=True)
            return stack(x, key_mask=MASK, training=True)

        variables = stack.trainable_variables
        found.append(gradients(outputs, INPUTS, np.cos(INPUTS), variables))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_blocks_with_dropout_or_experts_are_not_computed_again():
    for options in ({"dropout": 0.1}, {"hidden_dropout": 0.1}, {"num_experts": 2}):
        with pytest.raises(
            ValueError, match="`remat` goes without dropout and experts"
        ):
            Encoder(1, 2, 8, remat=True, **options)


@pytest.mark.parametrize("stack", [Encoder, Decoder])
def test_config_round_trip(stack):
    options = {"is_cross": False} if stack is Decoder else {}
    layer = stack(2, 2, 8, norm="rms", norm_first=True, dropout=0.1, **options)
    layer.build((None, None, 16))
    config = layer.get_config()
    again = stack.from_config(config)
    assert again.get_config() == config
    assert {k: config[k] for k in options} == options
    again.build((None, None, 16))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(numpy(again(INPUTS)), numpy(layer(INPUTS)))
    restored = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(restored) is stack


@pytest.mark.parametrize("stack", [Encoder, Decoder])
def test_mistakes_raise(stack):
    with pytest.raises(ValueError, match="positive. Received: num_layers=0"):
        stack(0, 2, 8)
    with pytest.raises(ValueError, match="Received: norm='batch'"):
        stack(1, 2, 8, norm="batch")
