import functools

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.networks import SpeechRecognizer
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import SAMPLES
from tests.models.transformer.speech_examples import SMALL
from tests.models.transformer.speech_examples import TARGETS
from tests.models.transformer.speech_examples import speech_network

both = pytest.mark.parametrize("encoder", ["conformer", "transformer"])


def numpy(x):
    return ops.convert_to_numpy(x)


# Made once for the tests that only call it.
shared = functools.cache(speech_network)


@both
def test_padding_and_other_rows_change_nothing(encoder):
    network = shared(encoder)
    logits, lengths = map(numpy, network((SAMPLES, LENGTHS)))
    assert logits.shape == (4, 13, 7) and lengths.tolist() == [13, 5, 0, 8]
    assert np.isfinite(logits).all() and logits[0].std() > 0.1
    noise = np.random.default_rng(1).normal(size=(4, 900)).astype("float32")
    longer = np.concatenate([SAMPLES, noise], axis=1)
    others, same = map(numpy, network((longer, LENGTHS)))
    assert same.tolist() == lengths.tolist() and others.shape[1] > 13
    for ours, theirs, size in zip(others, logits, lengths):
        np.testing.assert_allclose(ours[:size], theirs[:size], atol=2e-5)
    alone, _ = network((SAMPLES[1:2, : LENGTHS[1]], LENGTHS[1:2]))
    np.testing.assert_allclose(numpy(alone)[0], logits[1, : lengths[1]], atol=2e-5)


def test_outputs_of_a_number_of_samples():
    network = shared()
    assert network.num_outputs(LENGTHS).tolist() == [13, 5, 0, 8]
    assert speech_network(subsampling=2).num_outputs(2_000) == 25


@both
def test_steps_are_those_of_the_whole_text(encoder):
    network = shared(encoder)
    heard = network.encode((SAMPLES, LENGTHS))
    before = np.pad(TARGETS[:, :-1], [[0, 0], [1, 0]], constant_values=1)
    whole = numpy(network.token_logits(network.features(heard, before)))
    context, cache = network.start(heard, 4)
    for place in range(4):
        token, index = before[:, place], ops.convert_to_tensor(place, "int32")
        logits, cache = network.step(
            ops.convert_to_tensor(token), index, cache, context
        )
        rows = [0, 1, 3]  # What reads nothing may be anything.
        np.testing.assert_allclose(numpy(logits)[rows], whole[rows, place], atol=1e-4)


def test_masks_are_those_of_the_uniform_numbers():
    network = speech_network()
    uniforms = np.random.default_rng(2).uniform(size=(4, network.num_uniforms))
    inputs = SAMPLES, LENGTHS, uniforms.astype("float32")
    first, again, others = (
        numpy(network(x, training=True)[0])
        for x in (inputs, inputs, (*inputs[:2], 1 - inputs[2]))
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - others).max() > 1e-3
    plain = numpy(network((SAMPLES, LENGTHS))[0])
    assert np.abs(first - plain).max() > 1e-3
    assert speech_network(spec_augment=False).num_uniforms == 0


@both
def test_comes_back_from_its_configuration(encoder):
    network = shared(encoder)
    again = SpeechRecognizer.from_config(network.get_config())
    again.build(None)
    again.set_weights(network.get_weights())
    for ours, theirs in zip(again((SAMPLES, LENGTHS)), network((SAMPLES, LENGTHS))):
        np.testing.assert_array_equal(numpy(ours), numpy(theirs))


def test_half_precision_hears_the_same():
    network = shared()
    keras.utils.set_random_seed(0)
    half = SpeechRecognizer(7, num_decoder_layers=1, **SMALL, dtype="mixed_bfloat16")
    half.build(None)
    half.set_weights(network.get_weights())
    logits, lengths = half((SAMPLES, LENGTHS))
    expected, _ = network((SAMPLES, LENGTHS))
    assert numpy(lengths).tolist() == [13, 5, 0, 8]
    assert np.abs(numpy(logits)[0] - numpy(expected)[0]).mean() < 0.1


def test_refuses():
    with pytest.raises(ValueError, match="Received: encoder=lstm"):
        SpeechRecognizer(7, encoder="lstm", **SMALL)
    network = speech_network(num_decoder_layers=0)
    heard = network.encode((SAMPLES, LENGTHS))
    with pytest.raises(ValueError, match="Received: num_decoder_layers=0"):
        network.start(heard, 4)
