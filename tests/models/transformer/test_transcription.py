import functools

import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.decoding import ctc_prefix_beam
from kerazoo.models.transformer.transcription import DECODINGS
from kerazoo.models.transformer.transcription import transcribe
from tests.models.transformer.decoding.all_paths import text_probabilities
from tests.models.transformer.decoding.prefix_model import arrays
from tests.models.transformer.speech_examples import LENGTHS
from tests.models.transformer.speech_examples import SAMPLES
from tests.models.transformer.speech_examples import speech_network

INPUTS = SAMPLES, LENGTHS
SEEN = ("attention", "ctc_beam")


@pytest.fixture(scope="module")
def network():
    return speech_network()


@functools.cache
def encoded(network, row):
    return network.encode((SAMPLES[row : row + 1], LENGTHS[row : row + 1]))


def attention_score(network, row, text):
    """Returns the logarithm of the decoder's probability of a text with its end."""
    heard = encoded(network, row)
    before = np.array([[1, *text]])
    logits = network.token_logits(network.features(heard, before))
    gains = ops.convert_to_numpy(ops.log_softmax(logits))[0]
    return sum(gains[place, token] for place, token in enumerate([*text, 2]))


def test_joint_scores_are_those_of_both_parts(network):
    found = transcribe(network, INPUTS, "joint", 5, 6, ctc_weight=0.4, num_results=6)
    tokens, scores, lengths = arrays(found)
    assert (
        tokens.shape == (4, 6, 13) and (np.diff(scores[[0, 1, 3]], axis=1) <= 0).all()
    )
    heard = network.encode(INPUTS)
    logits = network.frame_logits(heard)
    row = 1  # Of five outputs, all of whose paths can be seen.
    by_text = text_probabilities(ops.convert_to_numpy(logits)[row, :5])
    for own, score, length in zip(tokens[row], scores[row], lengths[row]):
        text = tuple(int(token) for token in own[:length])
        attention = attention_score(network, row, text)
        # The beam has not seen all paths.
        most = 0.4 * np.log(by_text[text]) + 0.6 * attention
        assert most - 0.4 <= score <= most + 1e-3
    one = arrays(ctc_prefix_beam(logits, heard.lengths, 6, num_results=6))[0]
    assert {tuple(t) for t in one[row]} == {tuple(t) for t in tokens[row]}


def test_attention_scores_are_those_of_the_decoder(network):
    tokens, scores, lengths = arrays(transcribe(network, INPUTS, "attention", 5, 3))
    for row in (0, 1, 3):
        text = tokens[row, 0, : lengths[row, 0]]
        if text[-1] == 2:
            expected = attention_score(network, row, text[:-1]) / len(text)
            assert scores[row, 0] == pytest.approx(expected, abs=1e-4)
    assert not tokens[2].any() and scores[2] == 0


@pytest.mark.parametrize(
    "decoding",
    [
        # Seen above, and of which the joint one is made.
        pytest.param(name, marks=pytest.mark.slow if name in SEEN else ())
        for name in DECODINGS
    ],
)
def test_nothing_is_said_in_nothing(network, decoding):
    found = transcribe(network, INPUTS, decoding, 5, 3)
    tokens, scores, lengths = arrays(found)
    assert not tokens[2].any() and lengths[2].tolist() == [0]
    assert scores[2].tolist() == [0] and (scores[[0, 1, 3]] < 0).all()


def test_refuses(network):
    with pytest.raises(ValueError, match="Received: decoding=best"):
        transcribe(network, INPUTS, "best")
    alone = speech_network(num_decoder_layers=0)
    for decoding in ("attention", "joint"):
        with pytest.raises(ValueError, match=f"a decoder.*decoding={decoding}"):
            transcribe(alone, INPUTS, decoding)
