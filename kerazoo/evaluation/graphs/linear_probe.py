"""How well a linear function of embeddings tells classes."""

import numpy as np

# Strengths of the penalty, of which the validation nodes choose one.
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def linear_probe(
    embeddings: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    validation: np.ndarray,
    test: np.ndarray,
) -> dict[str, float]:
    """Fits a logistic regression to frozen embeddings and measures it.

    Rows are scaled to length 1. Of `STRENGTHS` of scikit-learn's `C` the validation
    nodes choose; without them it is 1.

    Args:
        embeddings: float `(N, U)`.
        labels: int `(N,)`, classes.
        train, validation, test: int arrays of nodes with a class; `validation` may be
            empty.

    Returns:
        dict of `accuracy`, `macro_f1` and, where there are validation nodes,
        `validation_accuracy`.

    Example:

    ```python
    x = np.array([[1.0, 0], [0, 1], [1, 0.1], [0.1, 1]])
    y = np.array([0, 1, 0, 1])
    linear_probe(x, y, np.array([0, 1]), np.array([], int), np.array([2, 3]))
    ```
    """
    from sklearn import dummy
    from sklearn import linear_model
    from sklearn import metrics
    from sklearn import preprocessing

    x = preprocessing.normalize(np.asarray(embeddings, "float64"))
    if len(np.unique(labels[train])) < 2:
        guesses = [dummy.DummyClassifier().fit(x[train], labels[train])]
    else:
        strengths = STRENGTHS if len(validation) else (1.0,)
        guesses = [
            linear_model.LogisticRegression(C=strength, max_iter=500).fit(
                x[train], labels[train]
            )
            for strength in strengths
        ]
    result = {}
    best = guesses[0]
    if len(validation):
        scores = [
            metrics.accuracy_score(labels[validation], guess.predict(x[validation]))
            for guess in guesses
        ]
        best = guesses[int(np.argmax(scores))]
        result["validation_accuracy"] = float(max(scores))
    predicted = best.predict(x[test])
    result["accuracy"] = float(metrics.accuracy_score(labels[test], predicted))
    result["macro_f1"] = float(
        metrics.f1_score(labels[test], predicted, average="macro", zero_division=0)
    )
    return result
