"""Answers about several targets of a graph, and how sure an ensemble is."""

import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.prediction.answers import Answers
from kerazoo.prediction.answers import ClassAnswers
from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.numbers import short


class UncertainClassAnswers(ClassAnswers):
    """Classes with their probabilities, and the deviation of that of the likeliest.

    An answer is a float array `(2, K)`: probabilities and their deviations.

    Args:
        class_names, top_k: See `ClassAnswers`.

    Example:

    ```python
    answers = UncertainClassAnswers(["bad", "good"], top_k=1)
    answers.cells(np.array([[0.25, 0.75], [0.1, 0.1]]))  # ["good", "0.75", "0.1"]
    ```
    """

    def __init__(self, class_names: Sequence[str], top_k: int | None = None):
        super().__init__(class_names, top_k)
        self.columns = [*self.columns, "deviation"]

    def cells(self, answer: np.ndarray) -> list[str]:
        return [*super().cells(answer[0]), str(self._deviation(answer))]

    def fields(self, answer: np.ndarray) -> dict[str, typing.Any]:
        return {**super().fields(answer[0]), "deviation": self._deviation(answer)}

    def _deviation(self, answer):
        probabilities, deviations = answer
        return short(deviations[np.argmax(probabilities)])


def graph_answers(metadata: dict[str, typing.Any], top_k: int | None = None) -> Answers:
    """Returns how the answers of an export of `GraphPrediction` are written.

    Args:
        metadata: What was noted about the export.
        top_k: How many classes to name.

    Example:

    ```python
    targets = [{"name": "logP", "output": "logP"}]
    graph_answers({"class_names": None, "targets": targets}).columns  # ["logP"]
    ```
    """
    names, is_ensemble = metadata["class_names"], "members" in metadata
    targets = metadata.get("targets")
    if targets is None and names is not None:
        kind = UncertainClassAnswers if is_ensemble else ClassAnswers
        return kind(names, top_k)
    columns = []
    for target in targets or [{"name": "value"}]:
        name = target["name"]
        columns.append(name)
        if names is not None:
            columns.append(f"probability_{name}")
        if is_ensemble:
            columns.append("deviation" if targets is None else f"deviation_{name}")
    return RankedAnswers(columns)


def graph_rows(
    metadata: dict[str, typing.Any], found: dict[str, np.ndarray]
) -> list[typing.Any]:
    """Returns the outputs of an export as the answers that `graph_answers` writes.

    Args:
        metadata: What was noted about the export.
        found: Outputs of its signature, one row per graph.
    """
    targets = metadata.get("targets")
    if targets is None and "probabilities" in found:
        if "deviation" not in found:
            return list(found["probabilities"])
        return list(np.stack([found["probabilities"], found["deviation"]], axis=1))
    columns: dict[str, typing.Any] = {}
    names = metadata["class_names"]
    for target in targets or [{"name": "value", "output": None}]:
        name, output = target["name"], target["output"]
        end = "" if output is None else f"_{output}"
        if names is None:
            columns[name] = map(short, np.ravel(found[f"value{end}"]))
        else:
            likely = found[f"probability{end}"]
            columns[name] = [names[int(p > 0.5)] for p in likely]
            columns[f"probability_{name}"] = map(short, likely)
        if "members" in metadata:
            column = "deviation" if output is None else f"deviation_{name}"
            columns[column] = map(short, found[f"deviation{end}"])
    rows = zip(*columns.values(), strict=True)
    return [[dict(zip(columns, row))] for row in rows]
