"""Sound that goes on, against the same network on the whole sound."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer import ServingStream
from kerazoo.models.transformer import StreamingRecognizer
from kerazoo.models.transformer import transcribe
from kerazoo.text import CharacterTokenizer
from tests.models.transformer.speech_examples import speech_network

TOKENIZER = CharacterTokenizer.of("to be or not")
SOUNDS = [
    np.random.default_rng(seed).normal(0, 0.1, size).astype("float32")
    for seed, size in enumerate((3_321, 1, 321, 639, 2_000))
]


@functools.cache
def made():
    """Returns what serves a network of random weights, and the network."""
    network = speech_network(
        *("conformer", 0, TOKENIZER.vocabulary_size), chunk_seconds=0.08
    )
    network.adapt(SOUNDS)
    network.head.kernel.assign(9 * network.head.kernel)  # Not always the same token.
    network.head.bias.assign(np.zeros(TOKENIZER.vocabulary_size))
    return ServingStream(network, TOKENIZER), network


@functools.cache
def endpoints():
    return made()[0].endpoints


def of_whole(sounds):
    """Decodes by the library's greedy search, which reads the whole sound."""
    lengths = np.array([len(sound) for sound in sounds], "int32")
    samples = [np.pad(sound, (0, lengths.max() - len(sound))) for sound in sounds]
    found = transcribe(made()[1], (np.stack(samples), lengths), "ctc_greedy")
    texts = TOKENIZER.decode(found.tokens[:, 0]).numpy()
    return [" ".join(text.decode().split()) for text in texts]


def test_text_is_that_of_the_whole_sound():
    hear = StreamingRecognizer(endpoints(), made()[1].chunk_samples)
    random, texts = np.random.default_rng(0), []
    for sound in SOUNDS:
        before, cuts = "", np.sort(random.integers(0, len(sound) + 1, 6))
        for piece in np.split(sound, cuts):
            text = hear(piece)
            assert text.startswith(before)
            before = text
        texts.append(hear.finish())
        assert texts[-1].startswith(before)
    assert texts == of_whole(SOUNDS)
    assert len(set(texts)) > 3 and len(texts[0]) > 5


def test_text_comes_when_a_chunk_is_heard():
    network = made()[1]
    hear = StreamingRecognizer(endpoints(), network.chunk_samples)
    assert (network.chunk_samples, network.window_samples) == (320, 380)
    assert hear(SOUNDS[0][:379]) == ""
    text = hear(SOUNDS[0][379:380])
    assert text and of_whole([SOUNDS[0]])[0].startswith(text)


def test_rows_go_on_by_themselves():
    """Two streams in one request, of which one began before the other."""
    stream, window, state = endpoints()["stream"], 380, made()[0]._state_size
    zeros, long = tf.zeros((1, state)), tf.constant([window])

    def heard(samples, state):
        rows = tf.constant(samples)
        found = stream(samples=rows, lengths=tf.repeat(long, len(samples)), state=state)
        return found["path"].numpy(), found["state"]

    first = SOUNDS[0][None, :window]
    second, other = SOUNDS[0][None, 320 : 320 + window], SOUNDS[4][None, :window]
    _, after = heard(first, zeros)
    path, _ = heard(np.concatenate([second, other]), tf.concat([after, zeros], axis=0))
    np.testing.assert_array_equal(path[:1], heard(second, after)[0])
    np.testing.assert_array_equal(path[1:], heard(other, zeros)[0])
    none = stream(
        samples=tf.zeros((0, window)),
        lengths=tf.zeros((0,), tf.int32),
        state=tf.zeros((0, state)),
    )
    assert none["path"].shape == (0, 2) and none["state"].shape == (0, state)


def test_signatures_have_examples():
    serving = made()[0]
    examples = serving.example()
    assert set(examples) == set(endpoints())
    found = endpoints()["stream"](**examples["stream"])
    assert found["path"].shape == (1, 2)
    assert endpoints()["stream_text"](**examples["stream_text"])["text"].shape == (1,)


def test_refuses():
    serving, network = made()
    with pytest.raises(ValueError, match="Received: chunk_seconds=None"):
        ServingStream(speech_network(num_decoder_layers=0), TOKENIZER)
    with pytest.raises(ValueError, match="with `chunk_seconds`. .* signatures greedy"):
        StreamingRecognizer({"greedy": serving.stream}, network.chunk_samples)
    hear = StreamingRecognizer(endpoints(), network.chunk_samples)
    with pytest.raises(ValueError, match=r"samples.shape=\(2, 9\)"):
        hear(np.zeros((2, 9)))
    request = serving.example()["stream"]
    for name, value, message in (
        ("lengths", np.array([381], np.int32), "`lengths` must be from 0 to 380"),
        ("state", np.full_like(request["state"], np.nan), "`state` must be finite"),
        ("state", np.repeat(request["state"], 2, axis=0), "`state` must have as many"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            endpoints()["stream"](**{**request, name: value})
