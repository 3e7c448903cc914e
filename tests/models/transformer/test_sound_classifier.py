import functools

import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.networks import SoundClassifier
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import SAMPLES
from tests.models.transformer.speech_examples import SMALL
from tests.models.transformer.speech_examples import speech_network

both = pytest.mark.parametrize("encoder", ["conformer", "transformer"])


def numpy(x):
    return ops.convert_to_numpy(x)


def classifier(encoder="conformer", **kwargs):
    """Returns a built network none of whose weights are 0, the same each time."""
    keras.utils.set_random_seed(0)
    network = SoundClassifier(3, encoder=encoder, **{**SMALL, **kwargs})
    network.build(None)
    for seed, weight in enumerate(network.weights):
        random = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(weight + 0.3 * random.astype("float32"))
    return network


shared = functools.cache(classifier)


@both
def test_padding_and_other_rows_change_nothing(encoder):
    network = shared(encoder)
    logits = numpy(network((SAMPLES, LENGTHS)))
    assert logits.shape == (4, 3) and np.isfinite(logits).all()
    assert logits.std(axis=0).min() > 1e-3
    noise = np.random.default_rng(1).normal(size=(4, 900)).astype("float32")
    longer = np.concatenate([SAMPLES, noise], axis=1)
    np.testing.assert_allclose(numpy(network((longer, LENGTHS))), logits, atol=2e-5)
    alone = numpy(network((SAMPLES[1:2, : LENGTHS[1]], LENGTHS[1:2])))
    np.testing.assert_allclose(alone[0], logits[1], atol=2e-5)


@pytest.mark.parametrize(
    "pooling", ["mean", pytest.param("max", marks=pytest.mark.slow)]
)
def test_classes_are_of_what_a_recogniser_hears(pooling):
    network = classifier(pooling=pooling)
    recognizer = speech_network(num_decoder_layers=0, vocabulary_size=3)
    recognizer.set_weights(network.get_weights())  # The heads are alike, too.
    heard = recognizer.encode((SAMPLES, LENGTHS))
    kernel, bias = map(numpy, network.head.weights)
    expected = []
    for memory, count in zip(numpy(heard.memory), numpy(heard.lengths)):
        own = memory[:count] if count else np.zeros((1, 8))
        expected.append(getattr(own, pooling)(axis=0) @ kernel + bias)
    found = numpy(network((SAMPLES, LENGTHS)))
    np.testing.assert_allclose(found, np.stack(expected), atol=2e-5)


def test_masks_are_those_of_the_uniform_numbers():
    network = shared()
    uniforms = np.random.default_rng(2).uniform(size=(4, network.num_uniforms))
    inputs = SAMPLES, LENGTHS, uniforms.astype("float32")
    first, again, others = (
        numpy(network(x, training=True))
        for x in (inputs, inputs, (*inputs[:2], 1 - inputs[2]))
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - others).max() > 1e-3
    assert classifier(spec_augment=False).num_uniforms == 0


def test_comes_back_from_its_configuration():
    network = shared()
    again = SoundClassifier.from_config(network.get_config())
    assert again.get_config() == network.get_config()
    again.build(None)
    again.set_weights(network.get_weights())
    ours, theirs = (numpy(n((SAMPLES, LENGTHS))) for n in (again, network))
    np.testing.assert_array_equal(ours, theirs)


def test_refuses():
    with pytest.raises(ValueError, match="`pooling` must be .*pooling=median"):
        SoundClassifier(3, pooling="median", **SMALL)
    with pytest.raises(ValueError, match="Received: encoder=lstm"):
        SoundClassifier(3, encoder="lstm", **SMALL)
