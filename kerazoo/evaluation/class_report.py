"""How good classes that were predicted are, each by itself."""

import typing
from collections.abc import Sequence

import numpy as np


def class_report(
    labels: np.ndarray, predicted: np.ndarray, class_names: Sequence[str]
) -> dict[str, typing.Any]:
    """Counts which classes were taken for which, by scikit-learn.

    Args:
        labels: int `(N,)`. What is right.
        predicted: int `(N,)`. What was predicted.
        class_names: Names of the K classes.

    Returns:
        dict of `per_class`, a dict of the name of each class to its `precision`,
        `recall`, `f1` and `support`, the number of its examples; and `confusion`, lists
        `(K, K)` of how many examples of a class, the row, were taken for another, the
        column.

    Example:

    ```python
    report = class_report(np.array([0, 0, 1]), np.array([0, 1, 1]), ["bad", "good"])
    report["per_class"]["bad"]["recall"], report["confusion"]  # 0.5, [[1, 1], [0, 1]]
    ```
    """
    from sklearn import metrics

    numbers = list(range(len(class_names)))
    scores = metrics.precision_recall_fscore_support(
        labels, predicted, labels=numbers, zero_division=0
    )
    names = ("precision", "recall", "f1", "support")
    per_class = {
        class_names[i]: {name: values[i].item() for name, values in zip(names, scores)}
        for i in numbers
    }
    confusion = metrics.confusion_matrix(labels, predicted, labels=numbers)
    return {"per_class": per_class, "confusion": confusion.tolist()}


def macro_f1(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Returns the mean F1 of the classes that occur, by scikit-learn.

    Args:
        labels: int `(N,)`. What is right.
        predicted: int `(N,)`. What was predicted.

    Example:

    ```python
    macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1]))  # 2 / 3
    ```
    """
    from sklearn import metrics

    return float(metrics.f1_score(labels, predicted, average="macro", zero_division=0))
