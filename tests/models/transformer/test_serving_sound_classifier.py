import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import SpeechConfig
from kerazoo.models.transformer.config import make_sound_classifier
from kerazoo.models.transformer.serving_sound_classifier import ServingSoundClassifier
from kerazoo.serving.limits import Limits
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import RATE
from tests.models.transformer.speech_examples import SAMPLES
from tests.models.transformer.test_serving_speech_recognizer import FILES
from tests.models.transformer.test_serving_speech_recognizer import wav

NAMES = ["no", "yes", "stop"]
LIMITS = Limits(max_examples=5, max_seconds=1)


@pytest.fixture(scope="module")
def serving():
    network = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
    speech = SpeechConfig(num_mels=12, kernel_size=3)
    model = make_sound_classifier(3, RATE, network, speech=speech)
    for seed, weight in enumerate(model.network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return ServingSoundClassifier(model, NAMES, limits=LIMITS)


@pytest.fixture(scope="module")
def classify(serving):
    return serving.endpoints["classify"]


@pytest.fixture(scope="module")
def classify_samples(serving):
    return serving.endpoints["classify_samples"]


@pytest.mark.slow
def test_files_and_samples_get_the_classes_of_the_network(
    serving, classify, classify_samples
):
    logits = serving._network((SAMPLES, LENGTHS)).numpy()
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected[2] = 1 / 3  # A row without samples.
    names = [NAMES[i].encode() for i in expected.argmax(axis=1)]
    names[2] = b""
    found = classify_samples(samples=SAMPLES, lengths=LENGTHS)
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
    assert found["label"].numpy().tolist() == names
    rows = [0, 1, 3]
    found = classify(wav_bytes=tf.constant(FILES))
    np.testing.assert_allclose(found["probabilities"], expected[rows], atol=1e-5)
    assert found["label"].numpy().tolist() == [names[i] for i in rows]


def test_requests_of_nothing(classify, classify_samples):
    samples, lengths = np.zeros((2, 0), "float32"), np.zeros(2, "int32")
    found = classify_samples(samples=samples, lengths=lengths)
    assert found["label"].numpy().tolist() == [b"", b""]
    none = classify(wav_bytes=tf.constant([], tf.string))
    assert none["label"].shape == (0,) and none["probabilities"].shape == (0, 3)


def test_endpoints_take_their_examples(serving):
    endpoints, examples = serving.endpoints, serving.example()
    assert endpoints["serving_default"] is endpoints["classify"]
    for name, request in examples.items():
        request = {key: tf.constant(value) for key, value in request.items()}
        assert endpoints[name](**request)["probabilities"].shape == (1, 3)


@pytest.mark.parametrize(
    "files, message",
    [
        ([b"RIFF of nothing"], "`wav_bytes` must be a WAV file"),
        ([wav(np.zeros(9, "int16"), 1_000)], "from 4000 to 192000 .* Received: 1000"),
        ([wav(np.zeros(5_000, "int16"))], "`wav_bytes` must be at most 1 seconds"),
        (6 * FILES[:1], "`wav_bytes` must have at most 5 rows. Received: 6"),
    ],
)
def test_odd_files_are_refused(classify, files, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        classify(wav_bytes=tf.constant(files))


@pytest.mark.parametrize(
    "samples, lengths, message",
    [
        (SAMPLES, LENGTHS[:3], "`lengths` must have as many rows as `samples`"),
        (SAMPLES, LENGTHS + 1, "`lengths` must be from 0 to 2000, .* Received: 2001"),
        (np.full_like(SAMPLES, np.nan), LENGTHS, "`samples` must be finite"),
        (np.zeros((1, 4_001), "f"), [9], "at most 1 seconds, 4000 .*Received: 4001"),
    ],
)
def test_odd_samples_are_refused(classify_samples, samples, lengths, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        classify_samples(samples=samples, lengths=np.array(lengths, "int32"))
