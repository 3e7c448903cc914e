import io

import numpy as np
import pytest
import tensorflow as tf
from scipy.io import wavfile

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import SpeechConfig
from kerazoo.models.transformer.config import make_speech_recognizer
from kerazoo.models.transformer.serving_speech_recognizer import ServingSpeechRecognizer
from kerazoo.models.transformer.transcription import transcribe
from kerazoo.serving import export
from kerazoo.serving.check import run_without_python
from kerazoo.serving.limits import Limits
from kerazoo.serving.tracing import trace
from kerazoo.tasks.transformer.spoken_language_model import token_automaton
from kerazoo.text import CharacterTokenizer
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import RATE
from tests.models.transformer.speech_examples import SAMPLES

TOKENIZER = CharacterTokenizer.of("to be or not")
LIMITS = Limits(max_examples=5, max_seconds=1)


@pytest.fixture(scope="module")
def serving():
    network = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
    speech = SpeechConfig(num_mels=12, kernel_size=3)
    size = TOKENIZER.vocabulary_size
    model = make_speech_recognizer(size, RATE, network, speech=speech)
    for seed, weight in enumerate(model.network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    automaton = token_automaton(["to be", "or not to be"], TOKENIZER, 2, 0.1)
    return ServingSpeechRecognizer(
        model, TOKENIZER, beam_size=3, language_model=automaton, limits=LIMITS
    )


def wav(samples, rate=RATE):
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()


FILES = [wav(row[:size]) for row, size in zip(SAMPLES, LENGTHS) if size]


def test_files_and_samples_are_the_same(serving):
    found = serving.transcribe(tf.constant(FILES))
    rows = [0, 1, 3]
    inputs = tf.constant(SAMPLES[rows]), tf.constant(LENGTHS[rows])
    samples = serving.transcribe_samples(*inputs)
    assert found["text"].numpy().tolist() == samples["text"].numpy().tolist()
    np.testing.assert_allclose(found["score"], samples["score"], atol=1e-4)
    best = serving.n_best(tf.constant(FILES))
    assert best["text"].shape == best["score"].shape == (3, 3)
    np.testing.assert_array_equal(best["text"][:, 0], found["text"])
    greedy = serving.greedy(tf.constant(FILES))
    tokens = transcribe(serving._network, inputs, "ctc_greedy").tokens
    expected = [b" ".join(t.split()) for t in TOKENIZER.decode(tokens[:, 0]).numpy()]
    assert greedy["text"].numpy().tolist() == expected and any(expected)


def test_nothing_is_heard_in_nothing(serving):
    samples, lengths = np.zeros((2, 0), "float32"), np.zeros(2, "int32")
    found = serving.transcribe_samples(tf.constant(samples), tf.constant(lengths))
    assert found["text"].numpy().tolist() == [b"", b""]
    none = serving.transcribe(tf.constant([], tf.string))
    assert none["text"].shape == none["score"].shape == (0,)


@pytest.mark.parametrize(
    "files, message",
    [
        ([b"RIFF of nothing"], "`wav_bytes` must be a WAV file"),
        ([b""], "`wav_bytes` must be a WAV file"),
        ([wav(np.zeros(0, "int16"))], "`wav_bytes` must have samples"),
        ([wav(np.zeros(9, "int16"), 1_000)], "from 4000 to 192000 .* Received: 1000"),
        ([wav(np.zeros(5_000, "int16"))], "`wav_bytes` must be at most 1 seconds"),
        (6 * FILES[:1], "`wav_bytes` must have at most 5 rows. Received: 6"),
    ],
)
def test_odd_files_are_refused(serving, files, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        serving.greedy(tf.constant(files))


@pytest.mark.parametrize(
    "samples, lengths, message",
    [
        (SAMPLES, LENGTHS[:3], "`lengths` must have as many rows as `samples`"),
        (SAMPLES, LENGTHS + 1, "`lengths` must be from 0 to 2000, .* Received: 2001"),
        (SAMPLES, LENGTHS - 1, "`lengths` must be from 0 to 2000, .* Received: -1"),
        (np.full_like(SAMPLES, np.nan), LENGTHS, "`samples` must be finite"),
        (np.zeros((1, 4_001), "f"), [9], "at most 1 seconds, 4000 .*Received: 4001"),
        (np.zeros((6, 10), "f"), [9] * 6, "`samples` must have at most 5 rows"),
    ],
)
def test_odd_samples_are_refused(serving, samples, lengths, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        serving.greedy_samples(tf.constant(samples), tf.constant(lengths, tf.int32))


@pytest.mark.slow
def test_runs_without_python(serving, tmp_path):
    transcribed = trace(serving.transcribe, wav_bytes=tf.TensorSpec((None,), tf.string))
    path = export(serving.module, {"serving_default": transcribed}, tmp_path / "model")
    stereo = wav(np.stack([SAMPLES[0]] * 2, axis=1).repeat(2, axis=0), 2 * RATE)
    files = np.array([*FILES, stereo], object)
    found = run_without_python(path, {"wav_bytes": files})
    expected = serving.transcribe(tf.constant(list(files)))
    assert found["text"].tolist() == expected["text"].numpy().tolist()
    np.testing.assert_allclose(found["score"], expected["score"], atol=1e-3)
