import numpy as np
import pytest

from kerazoo.evaluation.text.transcription import transcription_scores


def distance(ours, theirs):
    """Levenshtein's distance, by the recursion."""
    row = np.arange(len(theirs) + 1)
    for i, a in enumerate(ours, 1):
        before, row[0] = row.copy(), i
        for j, b in enumerate(theirs, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
    return row[-1]


def test_rates_are_of_all_texts_together():
    random = np.random.default_rng(0)
    words = ["a", "be", "cat", "dogs"]
    ours, theirs = (
        [" ".join(random.choice(words, random.integers(1, 7))) for _ in range(20)]
        for _ in range(2)
    )
    ours[3], ours[4] = "", theirs[4]
    found = transcription_scores(ours, theirs)
    errors = sum(distance(a.split(), b.split()) for a, b in zip(ours, theirs))
    assert found["wer"] == pytest.approx(
        100 * errors / sum(len(text.split()) for text in theirs)
    )
    errors = sum(distance(a, b) for a, b in zip(ours, theirs))
    assert found["cer"] == pytest.approx(100 * errors / sum(map(len, theirs)))
    assert found["exact_match"] == sum(a == b for a, b in zip(ours, theirs)) / 20


def test_spaces_are_no_errors():
    found = transcription_scores([" the  cat\n"], ["the cat"])
    assert found == {"wer": 0, "cer": 0, "exact_match": 1}


@pytest.mark.parametrize(
    "ours, theirs, message",
    [
        ([], [], "0 hypotheses and 0 references"),
        (["a"], ["a", "b"], "1 hypotheses and 2 references"),
        (["a", "b"], ["a", " "], "none in number 1"),
    ],
)
def test_refuses(ours, theirs, message):
    with pytest.raises(ValueError, match=message):
        transcription_scores(ours, theirs)
