import itertools

import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.decoding import TokenAutomaton
from kerazoo.models.transformer.decoding import ctc_greedy
from kerazoo.models.transformer.decoding import ctc_prefix_beam
from tests.models.transformer.decoding.all_paths import padded
from tests.models.transformer.decoding.all_paths import text_probabilities
from tests.models.transformer.decoding.prefix_model import arrays

LENGTHS = (5, 3, 1, 0)
ALL = 63  # Texts of up to five tokens of two kinds, the empty one among them.


@pytest.fixture(scope="module")
def logits():
    return np.random.default_rng(1).normal(size=(4, 5, 3)).astype("float32")


def ranked(logits, length, score=lambda text: 0.0):
    """Returns all texts that have a path, best first, with their scores."""
    scores = {
        text: np.log(probability) + score(text)
        for text, probability in text_probabilities(logits[:length]).items()
    }
    return sorted(scores.items(), key=lambda item: -item[1])


def test_finds_all_texts_of_all_paths(logits):
    found = ctc_prefix_beam(logits, LENGTHS, ALL, 5, num_results=ALL)
    for row, length, tokens, scores, counts in zip(logits, LENGTHS, *arrays(found)):
        expected = ranked(row, length)
        texts = [text for text, _ in expected]
        count = len(texts)
        np.testing.assert_array_equal(tokens[:count], padded(texts, 5))
        np.testing.assert_allclose(scores[:count], [s for _, s in expected], atol=1e-5)
        assert counts[:count].tolist() == list(map(len, texts))
        assert (scores[count:] == -np.inf).all() and not tokens[count:].any()


def automaton(seed=2, states=4, size=3):
    """Returns a random language model, and the score of a text by it."""
    random = np.random.default_rng(seed)
    tables = random.normal(size=(states, size)).astype("float32")
    following = random.integers(states, size=(states, size)).astype("int32")
    ends = random.normal(size=states).astype("float32")

    def score(text):
        state, total = 1, 0.0
        for token in text:
            total += tables[state, token]
            state = following[state, token]
        return total + ends[state]

    tables, following, ends = map(ops.convert_to_tensor, (tables, following, ends))
    return TokenAutomaton(tables, following, ends, start=1), score


def test_adds_the_scores_of_a_language_model(logits):
    model, score = automaton()
    found = ctc_prefix_beam(
        logits, LENGTHS, ALL, 5, num_results=3, language_model=model
    )
    tokens, scores, _ = arrays(found)
    for row, length, own, own_scores in zip(logits, LENGTHS, tokens, scores):
        expected = ranked(row, length, score)[:3]
        np.testing.assert_array_equal(
            own[: len(expected)], padded([text for text, _ in expected], 5)
        )
        np.testing.assert_allclose(
            own_scores[: len(expected)], [s for _, s in expected], atol=1e-5
        )


def test_small_beams_are_between_the_best_path_and_all(logits):
    logits = np.random.default_rng(3).normal(size=(32, 6, 4)).astype("float32")
    lengths = [6] * 32
    best = [
        arrays(ctc_prefix_beam(logits, lengths, size, 6))[1].mean()
        for size in (1, 3, 200)
    ]
    path = arrays(ctc_greedy(logits, lengths))[1].mean()
    assert all(a <= b + 1e-6 for a, b in itertools.pairwise([path, *best]))


def test_texts_are_not_longer_than_they_may_be(logits):
    found = ctc_prefix_beam(logits, LENGTHS, ALL, max_length=2, num_results=7)
    tokens, scores, counts = arrays(found)
    assert tokens.shape == (4, 7, 2) and counts.max() == 2
    expected = [item for item in ranked(logits[0], 5) if len(item[0]) <= 2]
    np.testing.assert_allclose(scores[0], [s for _, s in expected], atol=1e-5)


@pytest.mark.parametrize(
    "arguments", [(0, 5, 1), (2, 0, 1), (2, 5, 3), (2, 5, 0)], ids=str
)
def test_refuses(logits, arguments):
    size, length, results = arguments
    with pytest.raises(ValueError, match="must be"):
        ctc_prefix_beam(logits, LENGTHS, size, length, num_results=results)
