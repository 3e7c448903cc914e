import numpy as np
import pytest

from kerazoo.tasks.transformer import spoken_language_model
from kerazoo.tasks.transformer.spoken_language_model import token_automaton
from kerazoo.text import CharacterTokenizer
from kerazoo.text.ngram_model import NGramModel

TEXTS = ["to be", "or not to be", "not a bee"]
TOKENIZER = CharacterTokenizer.of("".join(TEXTS))


def test_scores_are_weighted_and_words_rewarded():
    found = token_automaton(TEXTS, TOKENIZER, 3, weight=0.5, word_bonus=2.0)
    lists = TOKENIZER.encode_lists(TEXTS, add_eos=False)
    logs, following, start = NGramModel(lists, 3, TOKENIZER.vocabulary_size).tables()
    assert found.start == start and (found.next_states == following).all()
    space = 4 + TOKENIZER.characters.index(" ")
    expected = 0.5 * logs
    expected[:, space] += 2
    np.testing.assert_allclose(found.scores, expected, rtol=1e-6)
    np.testing.assert_allclose(found.end_scores, 0.5 * logs[:, 2], rtol=1e-6)


def test_refuses_tables_that_are_too_large(monkeypatch):
    monkeypatch.setattr(spoken_language_model, "_MOST_NUMBERS", 100)
    with pytest.raises(ValueError, match="Received: language_model_order=3"):
        token_automaton(TEXTS, TOKENIZER, 3, weight=0.5)
