"""How good an export's answers are."""

import math
import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.evaluation.class_report import class_report
from kerazoo.evaluation.graphs.energies_and_forces import potential_metrics
from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.evaluation.graphs.metrics import link_metrics
from kerazoo.evaluation.graphs.metrics import regression_metrics
from kerazoo.evaluation.graphs.target_metrics import target_class_metrics
from kerazoo.evaluation.graphs.target_metrics import target_value_metrics
from kerazoo.evaluation.text.translation import translation_scores
from kerazoo.prediction.asking import BATCH_SIZE
from kerazoo.prediction.asking import answer_rows
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.predictor import Predictor
from kerazoo.prediction.problems import Problems
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.target_labels import target_labels
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
        - targets: what `target_class_metrics` or `target_value_metrics` returns;
        - translations: `exact_match`, `bleu`, `bleu_lower_case`, `chrf`;
        - energies: what `potential_metrics` returns;
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
    if kind in ("values", "links", "energies"):
        for row in inputs.rows:
            _number(row)
    if kind == "targets":
        for row in inputs.rows:
            target_labels(metadata, row)
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
    if probabilities.ndim > 2:  # With deviations.
        probabilities = probabilities[:, 0]
    logits = np.log(np.maximum(probabilities, _SMALLEST))
    report = class_report(labels, probabilities.argmax(axis=1), names)
    return {**classification_metrics(labels, logits), **report}


def _of_values(rows, answers, metadata):
    targets = np.array([_number(row) for row in rows])
    return regression_metrics(targets, np.array([own["value"] for (own,) in answers]))


def _of_targets(rows, answers, metadata):
    labels = np.array([target_labels(metadata, row) for row in rows])
    names = [target["name"] for target in metadata["targets"]]
    is_class = metadata["class_names"] is not None
    columns = [f"probability_{name}" for name in names] if is_class else names
    found = np.array([[own[column] for column in columns] for (own,) in answers])
    if not is_class:
        return target_value_metrics(labels, found, names)
    found = np.clip(found, 1e-7, 1 - 1e-7)
    return target_class_metrics(labels, np.log(found) - np.log1p(-found), names)


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


def _of_energies(rows, answers, metadata):
    energies = np.array([_number(row) for row in rows])
    found = np.array([answer["energy"] for answer in answers])
    forces = [row.label[1] for row in rows]
    if any(of_one is None for of_one in forces):
        return potential_metrics(energies, found)
    pulls = np.concatenate([answer["forces"] for answer in answers])
    return potential_metrics(energies, found, np.concatenate(forces), pulls)


def _of_scores(rows, answers, metadata):
    tokens = sum(own["num_tokens"] for (own,) in answers)
    loss = -sum(own["log_probability"] for (own,) in answers) / max(tokens, 1)
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), "tokens": tokens}


def _number(row):
    # Of a structure, the energy stands before the forces.
    label = row.label[0] if isinstance(row.label, tuple) else row.label
    try:
        return float(label)
    except (TypeError, ValueError):
        raise ValueError(
            f"{row.place}: expected a number. Received: label={row.label!r}"
        ) from None


_MEASURES: dict[str, typing.Callable[[Sequence, Sequence, dict], dict]] = {
    "classes": _of_classes,
    "values": _of_values,
    "targets": _of_targets,
    "translations": _of_translations,
    "links": _of_links,
    "scores": _of_scores,
    "energies": _of_energies,
}
