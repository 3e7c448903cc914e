"""Answers of a model as columns of a table and as fields of JSON."""

import typing
from collections.abc import Sequence

import numpy as np

from kerazoo.prediction.numbers import short


class Answers(typing.Protocol):
    """How the answers of one kind of model are written.

    Attributes:
        columns: Names of the columns of a table.
    """

    columns: list[str]

    def cells(self, answer: typing.Any) -> list[str]:
        """Returns one answer as the cells of `columns`."""

    def fields(self, answer: typing.Any) -> dict[str, typing.Any]:
        """Returns one answer as what JSON can hold."""


class ClassAnswers:
    """Classes with their probabilities.

    An answer is a float array `(K,)` of the probabilities of all classes.

    Args:
        class_names: Names of the K classes.
        top_k: How many classes to name, the likeliest first; None for the likeliest,
            and the probabilities of all.

    Example:

    ```python
    answers = ClassAnswers(["bad", "good"])
    answers.columns  # label, probability, probability_bad, probability_good
    answers.cells(np.array([0.25, 0.75]))  # ["good", "0.75", "0.25", "0.75"]
    ```
    """

    def __init__(self, class_names: Sequence[str], top_k: int | None = None):
        self.class_names = list(class_names)
        self._top_k = top_k
        self.columns = ["label", "probability"]
        if top_k is None:
            self.columns += [f"probability_{name}" for name in class_names]
        for rank in range(2, (top_k or 1) + 1):
            self.columns += [f"label_{rank}", f"probability_{rank}"]

    def cells(self, answer: np.ndarray) -> list[str]:
        found = [text for best in self._best(answer) for text in map(str, best)]
        if self._top_k is None:
            found += [str(short(probability)) for probability in answer]
        return found

    def fields(self, answer: np.ndarray) -> dict[str, typing.Any]:
        best = self._best(answer)
        (label, probability), *_ = best
        found: dict[str, typing.Any] = {"label": label, "probability": probability}
        if self._top_k is None:
            found["probabilities"] = dict(zip(self.class_names, map(short, answer)))
        else:
            found["top_k"] = [{"label": name, "probability": p} for name, p in best]
        return found

    def _best(self, answer):
        order = np.argsort(-answer, kind="stable")[: self._top_k or 1]
        return [(self.class_names[i], short(answer[i])) for i in order]


class RankedAnswers:
    """Several answers of each row, the best first.

    An answer is a list of dicts of the same names, as many for each row.

    Args:
        names: Names of what each has, such as `["translation", "score"]`.
        count: How many each row has.

    Example:

    ```python
    answers = RankedAnswers(["translation"], count=2)
    answers.cells([{"translation": "ja"}, {"translation": "jo"}])  # ["ja", "jo"]
    ```
    """

    def __init__(self, names: Sequence[str], count: int = 1):
        self._names = list(names)
        self._count = count
        ranks = ["", *(f"_{rank}" for rank in range(2, count + 1))]
        self.columns = [f"{name}{rank}" for rank in ranks for name in names]

    def cells(self, answer: list[dict[str, typing.Any]]) -> list[str]:
        return [str(one[name]) for one in answer for name in self._names]

    def fields(self, answer: list[dict[str, typing.Any]]) -> dict[str, typing.Any]:
        found = dict(answer[0])
        return found if self._count == 1 else {**found, "top_k": answer}


class ActionAnswers:
    """Actions with the values of all.

    An answer is a pair of the action, an int, and the values, a float array `(A,)`.

    Args:
        first: Number of the first action.
        count: How many actions there are, A.

    Example:

    ```python
    ActionAnswers(0, 2).cells((1, np.array([0.5, 2.0])))  # ["1", "0.5", "2.0"]
    ```
    """

    def __init__(self, first: int, count: int):
        actions = range(first, first + count)
        self.columns = ["action", *(f"q_value_{action}" for action in actions)]

    def cells(self, answer: tuple[int, np.ndarray]) -> list[str]:
        action, values = answer
        return [str(action), *(str(short(value)) for value in values)]

    def fields(self, answer: tuple[int, np.ndarray]) -> dict[str, typing.Any]:
        action, values = answer
        return {"action": action, "q_values": [short(value) for value in values]}


class JointAnswers:
    """Actions of several numbers, or of one in bins, with the values of all.

    An answer is a pair of the action, an array of J numbers, and the values of the
    choices of each joint, a sequence of J sequences of floats.

    Args:
        sizes: How many choices each of J joints has.

    Example:

    ```python
    answers = JointAnswers([2, 3])
    answers.columns  # action_0, action_1, q_value_0_0, q_value_0_1, q_value_1_0, ...
    answers.cells((np.array([0.5, -1.0]), [[1, 2], [3, 0, 0]]))
    ```
    """

    def __init__(self, sizes: Sequence[int]):
        self.columns = [f"action_{joint}" for joint in range(len(sizes))]
        self.columns += [
            f"q_value_{joint}_{choice}"
            for joint, size in enumerate(sizes)
            for choice in range(size)
        ]

    def cells(self, answer: tuple[np.ndarray, Sequence[Sequence[float]]]) -> list[str]:
        action, values = answer
        numbers = [*action.ravel(), *(value for joint in values for value in joint)]
        return [str(short(number)) for number in numbers]

    def fields(
        self, answer: tuple[np.ndarray, Sequence[Sequence[float]]]
    ) -> dict[str, typing.Any]:
        action, values = answer
        return {
            "action": [short(number) for number in action.ravel()],
            "q_values": [[short(value) for value in joint] for joint in values],
        }


class CommandAnswers:
    """Commands of a game of text, with the value of the best, in JSON of all.

    An answer is a triple of the commands, the place of the best and the values of all.

    Example:

    ```python
    answers = CommandAnswers()
    answers.cells((["go north", "open box"], 1, np.array([0.5, 0.75])))
    ```
    """

    def __init__(self) -> None:
        self.columns = ["command", "q_value"]

    def cells(self, answer: tuple[Sequence[str], int, np.ndarray]) -> list[str]:
        commands, best, values = answer
        return [commands[best], str(short(values[best]))]

    def fields(
        self, answer: tuple[Sequence[str], int, np.ndarray]
    ) -> dict[str, typing.Any]:
        commands, best, values = answer
        pairs = zip(commands, map(short, values), strict=True)
        return {"command": commands[best], "q_values": dict(pairs)}
