"""How good an export's answers are."""

import math
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.evaluation.class_report import class_report
from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.evaluation.graphs.metrics import link_metrics
from kerazoo.evaluation.graphs.metrics import regression_metrics
from kerazoo.evaluation.text.translation import translation_scores
from kerazoo.prediction.asking import BATCH_SIZE
from kerazoo.prediction.asking import answer_rows
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.problems import Problems
from kerazoo.prediction.row import Inputs
from kerazoo.text.normalization import as_vocabularies_see

_SMALLEST = np.finfo(np.float32).tiny  # So that a probability of 0 has a logarithm.


def measure_export(
    metadata: dict[str, typing.Any],
    inputs: Inputs,
    predictor: Predictor,
    batch_size: int = BATCH_SIZE,
) -> dict[str, typing.Any]:
    """Compares the answers of an export with what is right.

    Args:
        metadata: What was noted about the export.
        inputs: What `open_labelled` returns.
        predictor: The export.
        batch_size: Rows that it is asked about at a time.

    Returns:
        dict of `examples`, and of

        - classes: `accuracy`, `macro_f1`, `loss`, with two classes `roc_auc`, and what
          `class_report` returns;
        - values: `rmse`, `mae`, `r2`;
        - translations: `exact_match`, `bleu`, `bleu_lower_case`, `chrf`;
        - links: `auc`, `ap`;
        - texts of a language model: `loss` of a token in nats, `perplexity`, `tokens`.

    Raises:
        NoAnswersError: If no row has an answer.
        ValueError: If a label is none that the model has.
    """
    check_labels(metadata, inputs)
    problems = Problems()
    pairs = [
        (row, answer)
        for row, answer in answer_rows(inputs, predictor, batch_size, problems)
        if answer is not None
    ]
    problems.warn(inputs.unit, predictor.notes)
    answers = [answer for _, answer in pairs]
    measure = _MEASURES[find_kind(metadata).answers]
    measured = measure([row for row, _ in pairs], answers, metadata)
    return {"examples": len(pairs), **measured}


def check_labels(metadata: dict[str, typing.Any], inputs: Inputs) -> None:
    """Refuses labels that are no classes of the model, or no numbers where it has none.

    Args:
        metadata: What was noted about the export.
        inputs: What `open_labelled` returns.

    Raises:
        ValueError: If there is such a label.
    """
    kind = find_kind(metadata).answers
    if kind in ("values", "links"):
        for row in inputs.rows:
            _number(row)
    if kind != "classes":
        return
    names = metadata["class_names"]
    for row in inputs.rows:
        if row.label not in names:
            shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            raise ValueError(
                f"{row.place}: expected a class of the model, one of {shown}. "
                f"Received: {row.label!r}"
            )


def _of_classes(rows, answers, metadata):
    names = metadata["class_names"]
    numbers = {name: i for i, name in enumerate(names)}
    labels = np.array([numbers[row.label] for row in rows])
    probabilities = np.stack(answers)
    logits = np.log(np.maximum(probabilities, _SMALLEST))
    report = class_report(labels, probabilities.argmax(axis=1), names)
    return {**classification_metrics(labels, logits), **report}


def _of_values(rows, answers, metadata):
    targets = np.array([_number(row) for row in rows])
    return regression_metrics(targets, np.array([own["value"] for (own,) in answers]))


def _of_translations(rows, answers, metadata):
    lower_case = metadata.get("lower_case", False)
    found, right = (
        [as_vocabularies_see(text, lower_case) for text in texts]
        for texts in (
            [best["translation"] for best, *_ in answers],
            [row.label for row in rows],
        )
    )
    exact = sum(ours == theirs for ours, theirs in zip(found, right))
    return {"exact_match": exact / len(right), **translation_scores(found, right)}


def _of_links(rows, answers, metadata):
    scores = np.array([own["probability"] for (own,) in answers])
    is_linked = np.array([_number(row) > 0 for row in rows])
    return link_metrics(scores[is_linked], scores[~is_linked])


def _of_scores(rows, answers, metadata):
    tokens = sum(own["num_tokens"] for (own,) in answers)
    loss = -sum(own["log_probability"] for (own,) in answers) / max(tokens, 1)
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), "tokens": tokens}


def _number(row):
    try:
        return float(row.label)
    except (TypeError, ValueError):
        raise ValueError(
            f"{row.place}: expected a number. Received: label={row.label!r}"
        ) from None


_MEASURES: dict[str, typing.Callable[[Sequence, Sequence, dict], dict]] = {
    "classes": _of_classes,
    "values": _of_values,
    "translations": _of_translations,
    "links": _of_links,
    "scores": _of_scores,
}
