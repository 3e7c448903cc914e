import itertools

import numpy as np
import pytest

from kerazoo.text.ngram_model import NGramModel
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS

A, B, C = 4, 5, 6
SIZE = 7
TEXTS = [[A, B, A, C], [A, B], [B, A], [C], [A, B, C]]


@pytest.fixture(scope="module")
def texts():
    random = np.random.default_rng(0)
    return [random.choice([A, A, B, C], n) for n in random.integers(1, 9, 40)]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_of_every_context_sum_to_one(texts, order):
    model = NGramModel(texts, order, SIZE)
    for length in range(4):
        for context in itertools.product([A, B, C], repeat=length):
            found = model.probabilities((BOS, *context))
            assert found.sum() == pytest.approx(1) and not found[[0, BOS]].any()
            assert (found[2:] > 0).all()


def test_two_tokens_by_hand():
    model = NGramModel(TEXTS, 2, SIZE)
    # Pairs: ^A 3, ^B, ^C; AB 3, AC, A$; BA 2, B$, BC; C$ 3.
    discount = 6 / (6 + 2 * 1)
    # Single tokens by how many different ones come before: A ^B, B ^A, C ^AB, $ ABC.
    single = 0.5  # None comes after one only.
    shares = {A: 2, B: 2, C: 3, EOS: 3}
    below = {t: (n - single) / 10 + single * 4 / 10 / 5 for t, n in shares.items()}
    found = model.probabilities([B])
    counts = {A: 2, EOS: 1, C: 1, B: 0}
    for token, count in counts.items():
        expected = max(count - discount, 0) / 4 + discount * 3 / 4 * below[token]
        assert found[token] == pytest.approx(expected)


def test_knows_what_it_has_counted(texts):
    heldout = texts[:8]
    perplexities = [NGramModel(texts, n, SIZE).perplexity(heldout) for n in (1, 2, 4)]
    assert perplexities == sorted(perplexities, reverse=True)
    assert perplexities[0] < SIZE - 2


@pytest.mark.parametrize("order", [1, 2, 4])
def test_automaton_says_the_same(texts, order):
    model = NGramModel(texts, order, SIZE)
    logs, following, state = model.tables()
    for text in [*TEXTS, [C, C, C, C, C], *texts[:5]]:
        current = state
        for place, token in enumerate([*text, EOS]):
            expected = model.probabilities([BOS, *text[:place]])
            np.testing.assert_allclose(np.exp(logs[current]), expected, atol=1e-6)
            current = following[current, token]


def test_refuses():
    with pytest.raises(ValueError, match="`order` must be 1 or more"):
        NGramModel(TEXTS, 0, SIZE)
    with pytest.raises(ValueError, match="Expected texts"):
        NGramModel([], 2, SIZE)
