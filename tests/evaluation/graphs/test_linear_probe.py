import numpy as np
from sklearn import linear_model

from kerazoo.evaluation.graphs.linear_probe import STRENGTHS
from kerazoo.evaluation.graphs.linear_probe import linear_probe


def test_is_the_best_strength_of_the_validation_nodes():
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 60)
    x = np.eye(3)[y] + random.normal(size=(60, 3))
    parts = np.split(np.arange(60), [20, 40])
    x[0] *= 100  # Rows are scaled to length 1.
    found = linear_probe(x, y, *parts)
    rows = x / np.linalg.norm(x, axis=1, keepdims=True)
    right = []
    for strength in STRENGTHS:
        model = linear_model.LogisticRegression(C=strength, max_iter=500)
        model.fit(rows[:20], y[:20])
        right.append([(model.predict(rows[p]) == y[p]).mean() for p in parts[1:]])
    best = int(np.argmax([validation for validation, _ in right]))
    assert found["validation_accuracy"] == right[best][0]
    assert found["accuracy"] == right[best][1]


def test_one_class_and_no_validation():
    x = np.zeros((4, 2))
    y = np.array([1, 1, 1, 0])
    found = linear_probe(x, y, np.arange(2), np.array([], int), np.arange(2, 4))
    assert found["accuracy"] == 0.5 and "validation_accuracy" not in found
