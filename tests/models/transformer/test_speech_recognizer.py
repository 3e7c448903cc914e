import functools

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.networks import SpeechRecognizer
from kerazoo.models.transformer.networks import sound_network
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


def streaming(encoder, **kwargs):
    """Returns a network of chunks of two outputs, 320 samples, for the same sounds."""
    network = speech_network(encoder, 0, num_layers=2, chunk_seconds=0.09, **kwargs)
    network.adapt([SAMPLES[0], SAMPLES[1]])
    return network


def windows(network, samples, lengths):
    """Gives what `stream` takes, up to the end of the longest."""
    size, step = network.window_samples, network.chunk_samples
    padded = np.pad(samples, ((0, 0), (0, size)))
    for start in range(0, samples.shape[1], step):
        rest = np.clip(lengths - start, 0, size)
        yield padded[:, start : start + size], rest


@both
def test_nothing_is_heard_of_what_comes_after_the_chunk(encoder):
    network = streaming(encoder)
    assert network.chunk_size == 2 and network.latency_seconds == 0.095
    noise = np.random.default_rng(3).normal(size=2_000).astype("float32")
    # Row k is heard as it was to the end of what chunk k waits for.
    ends = np.arange(6) * network.chunk_samples + network.window_samples
    changed = np.where(np.arange(2_000) < ends[:, None], SAMPLES[0], noise)
    rows = np.concatenate([SAMPLES[:1], changed, changed])
    lengths = np.concatenate([[2_000], np.full(6, 2_000), np.minimum(ends, 2_000)])
    plain, *found = numpy(network((rows, lengths))[0])
    for row, of_chunk in enumerate(found):
        after = 2 * (row % 6 + 1)
        np.testing.assert_allclose(of_chunk[:after], plain[:after], atol=1e-5)
        if row < 5:  # But of what is within the next chunk.
            assert np.abs(of_chunk[after] - plain[after]).max() > 1e-3


@both
def test_stream_is_the_whole_sound(encoder, monkeypatch):
    # So that the oldest chunks are forgotten within these sounds.
    monkeypatch.setattr(sound_network, "_SECONDS_BACK", 0.18)
    network = streaming(encoder)
    expected, counts = map(numpy, network((SAMPLES, LENGTHS)))
    state, outputs, found = network.start_stream(4), [], 0
    for samples, lengths in windows(network, SAMPLES, LENGTHS):
        logits, count, state = network.stream(samples, lengths, state)
        outputs.append(numpy(logits))
        found = found + numpy(count)
    assert found.tolist() == counts.tolist() == [13, 5, 0, 8]
    for ours, theirs, count in zip(np.concatenate(outputs, 1), expected, counts):
        np.testing.assert_allclose(ours[:count], theirs[:count], atol=2e-5)
    monkeypatch.setattr(sound_network, "_SECONDS_BACK", 10.0)
    farther = streaming(encoder)((SAMPLES, LENGTHS))[0]
    assert np.abs(numpy(farther)[0, -1] - expected[0, -1]).max() > 1e-3


@both
def test_network_of_chunks_comes_back_from_its_configuration(encoder):
    network = streaming(encoder)
    config = network.get_config()
    again = SpeechRecognizer.from_config(config)
    assert again.get_config() == config and config["chunk_seconds"] == 0.09
    again.build(None)
    again.set_weights(network.get_weights())
    for ours, theirs in zip(again((SAMPLES, LENGTHS)), network((SAMPLES, LENGTHS))):
        np.testing.assert_array_equal(numpy(ours), numpy(theirs))


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
    with pytest.raises(ValueError, match="0.04 or more.* chunk_seconds=0.03"):
        SpeechRecognizer(7, chunk_seconds=0.03, **SMALL)
    with pytest.raises(ValueError, match="Received: chunk_seconds=None"):
        network.start_stream(1)
    with pytest.raises(ValueError, match="`adapt` needs"):
        network.adapt(SAMPLES)
