"""How far texts are from what was said: word and character error rates."""

import typing


def transcription_scores(
    hypotheses: typing.Sequence[str], references: typing.Sequence[str]
) -> dict[str, float]:
    """Word and character error rates of whole texts, by `jiwer`.

    The fewest words, or characters, to substitute, insert and delete, as a share of
    those of the references; it may be above 100.

    Args:
        hypotheses: list of N str, what was heard.
        references: list of N str, what was said; none of them blank.

    Returns:
        dict of `wer` and `cer`, floats in percent, and `exact_match`, the share of
        texts without an error.

    Raises:
        ValueError: If there are no texts, not as many of both, or a blank reference.

    Example:

    ```python
    transcription_scores(["the cat sat"], ["the cat sits"])  # wer 33.3, cer 16.7
    ```
    """
    import jiwer

    if not len(hypotheses) or len(hypotheses) != len(references):
        raise ValueError(
            "Expected hypotheses, and as many references. Received: "
            f"{len(hypotheses)} hypotheses and {len(references)} references"
        )
    hypotheses, references = (
        [" ".join(text.split()) for text in texts] for texts in (hypotheses, references)
    )
    if not all(references):
        raise ValueError(
            "Expected references with text. "
            f"Received: none in number {references.index('')}"
        )
    right = sum(ours == theirs for ours, theirs in zip(hypotheses, references))
    return {
        "wer": 100 * float(jiwer.wer(references, hypotheses)),
        "cer": 100 * float(jiwer.cer(references, hypotheses)),
        "exact_match": right / len(references),
    }
