import math

import pytest
import sacrebleu

from kerazoo.evaluation.text.translation import tokenized_bleu
from kerazoo.evaluation.text.translation import translation_scores

HYPOTHESES = ["the cat sat on mat .", "a dog runs fast"]
REFERENCES = ["the cat sat on the mat .", "a dog runs very fast"]
# Matches of one to four words in a row, and how many there are in the hypotheses.
MATCHES = [(6 + 4, 6 + 4), (4 + 2, 5 + 3), (2 + 1, 4 + 2), (1 + 0, 3 + 1)]


def bleu_by_hand():
    precision = math.prod(right / all_ for right, all_ in MATCHES) ** (1 / 4)
    return 100 * math.exp(1 - 12 / 10) * precision  # 12 words of references for 10.


def test_bleu_by_hand():
    assert tokenized_bleu(HYPOTHESES, REFERENCES) == pytest.approx(bleu_by_hand())
    # "mat ." is split as "mat." is.
    hypotheses = [text.replace(" .", ".") for text in HYPOTHESES]
    scores = translation_scores(hypotheses, REFERENCES)
    assert scores["bleu"] == pytest.approx(bleu_by_hand())


def test_case():
    upper = [text.upper() for text in HYPOTHESES]
    assert tokenized_bleu(upper, REFERENCES) == pytest.approx(bleu_by_hand())
    scores = translation_scores(upper, REFERENCES)
    assert scores["bleu"] < bleu_by_hand() / 2
    assert scores["bleu_lower_case"] == pytest.approx(bleu_by_hand())
    assert scores["chrf"] < translation_scores(HYPOTHESES, REFERENCES)["chrf"]


def test_words_are_as_they_are_split():
    # Without a space "mat." is one word, of which no reference is.
    joined = [text.replace(" .", ".") for text in HYPOTHESES]
    assert tokenized_bleu(joined, REFERENCES) < bleu_by_hand() - 1


def test_chrf_by_hand():
    # Of "abcd" and "abce": 3 of 4 characters, 2 of 3 pairs, 1 of 2 triples, 0 of 1.
    # Precision and recall are the same, and so is their mean.
    scores = translation_scores(["abcd"], ["abce"])
    assert scores["chrf"] == pytest.approx(100 * (3 / 4 + 2 / 3 + 1 / 2 + 0) / 4)


def test_as_sacrebleu():
    scores = translation_scores(HYPOTHESES, REFERENCES)
    chrf = sacrebleu.CHRF().corpus_score(HYPOTHESES, [REFERENCES]).score
    bleu = sacrebleu.BLEU().corpus_score(HYPOTHESES, [REFERENCES]).score
    lower = sacrebleu.BLEU(lowercase=True).corpus_score(HYPOTHESES, [REFERENCES])
    assert scores == {"bleu": bleu, "bleu_lower_case": lower.score, "chrf": chrf}


def test_perfect_and_empty():
    assert tokenized_bleu(REFERENCES, REFERENCES) == pytest.approx(100)
    assert translation_scores(REFERENCES, REFERENCES) == pytest.approx(
        {"bleu": 100, "bleu_lower_case": 100, "chrf": 100}
    )
    assert set(translation_scores(["", ""], REFERENCES).values()) == {0}
    assert tokenized_bleu(["", ""], REFERENCES) == 0


@pytest.mark.parametrize("hypotheses", [[], ["a"]])
@pytest.mark.parametrize("score", [translation_scores, tokenized_bleu])
def test_translation_errors(score, hypotheses):
    with pytest.raises(ValueError, match=f"Received: {len(hypotheses)} hypotheses and"):
        score(hypotheses, REFERENCES if hypotheses else [])
