"""How much texts are like their references: BLEU and chrF."""

import typing


def translation_scores(
    hypotheses: typing.Sequence[str], references: typing.Sequence[str]
) -> dict[str, float]:
    """BLEU and chrF of whole texts, as [sacreBLEU](https://arxiv.org/abs/1804.08771).

    BLEU, [Papineni et al., 2002](https://aclanthology.org/P02-1040), Section 2.3, of
    words up to four in a row, on text that sacreBLEU splits into words ("13a"); chrF2,
    [Popović, 2015](https://aclanthology.org/W15-3049), of characters up to six in a
    row. All are of the whole corpus; case counts, but in `bleu_lower_case`.

    Args:
        hypotheses: list of N str, what was made.
        references: list of N str, what is right.

    Returns:
        dict of `bleu`, `bleu_lower_case` and `chrf`, floats from 0 to 100.

    Raises:
        ValueError: If there are no texts, or not as many of both.

    Example:

    ```python
    translation_scores(["the cat sat there"], ["the cat sat there"])
    ```
    """
    import sacrebleu

    _check(hypotheses, references)
    bleu = sacrebleu.corpus_bleu(hypotheses, [references])
    lower_case = sacrebleu.corpus_bleu(hypotheses, [references], lowercase=True)
    chrf = sacrebleu.corpus_chrf(hypotheses, [references])
    return {
        "bleu": bleu.score,
        "bleu_lower_case": lower_case.score,
        "chrf": chrf.score,
    }


def tokenized_bleu(
    hypotheses: typing.Sequence[str], references: typing.Sequence[str]
) -> float:
    """BLEU of texts that are split into words already, whose case does not count.

    Many papers report this figure. It depends on how the words were split: compare it
    only with figures on the same references.

    Args:
        hypotheses: list of N str, words with spaces between.
        references: list of N str, split in the same way.

    Returns:
        float from 0 to 100.

    Raises:
        ValueError: If there are no texts, or not as many of both.

    Example:

    ```python
    tokenized_bleu(["the cat sat there ."], ["The cat sat there ."])  # 100.0
    ```
    """
    import sacrebleu

    _check(hypotheses, references)
    bleu = sacrebleu.corpus_bleu(
        hypotheses, [references], tokenize="none", lowercase=True, force=True
    )
    return bleu.score


def _check(hypotheses, references):
    if not len(hypotheses) or len(hypotheses) != len(references):
        raise ValueError(
            "Expected hypotheses, and as many references. Received: "
            f"{len(hypotheses)} hypotheses and {len(references)} references"
        )
