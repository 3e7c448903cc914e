import math

import numpy as np
import pytest

from kerazoo.evaluation.graphs import metrics


def test_classification_of_three_classes():
    labels = np.array([0, 0, 1, 1, 2])
    predicted = np.array([0, 1, 1, 1, 0])
    found = metrics.classification_metrics(labels, 2 * np.eye(3)[predicted])
    # F1 of each class: 2 TP / (2 TP + FP + FN).
    macro_f1 = (2 / 4 + 4 / 5 + 0) / 3
    right, wrong = math.log(1 + 2 * math.exp(-2)), math.log(2 + math.exp(2))
    assert found == {
        "accuracy": pytest.approx(0.6),
        "macro_f1": pytest.approx(macro_f1),
        "loss": pytest.approx((3 * right + 2 * wrong) / 5),
    }


def test_classification_of_two_classes_has_an_area_under_the_curve():
    labels = np.array([0, 1, 0, 1])
    logits = np.array([[3.0, 0.0], [1.0, 2.0], [0.0, 2.0], [5.0, 6.5]])
    found = metrics.classification_metrics(labels, logits)
    # Differences of 1 and 1.5 against -3 and 2: two of four pairs in the right order.
    assert found["roc_auc"] == pytest.approx(2 / 4)
    assert found["accuracy"] == pytest.approx(3 / 4)
    of_one_class = metrics.classification_metrics(labels[1::2], logits[1::2])
    assert "roc_auc" not in of_one_class
    assert of_one_class["accuracy"] == 1


def test_large_logits_have_a_finite_loss():
    found = metrics.classification_metrics(np.array([1]), np.array([[1e4, 0.0]]))
    assert found["loss"] == pytest.approx(1e4)


def test_regression():
    targets, predictions = np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 4.0])
    assert metrics.regression_metrics(targets, predictions) == {
        "rmse": pytest.approx(math.sqrt(5 / 3)),
        "mae": pytest.approx(1.0),
        "r2": pytest.approx(1 - 5 / 14),
    }


def test_links():
    found = metrics.link_metrics(np.array([3.0, 1.0]), np.array([2.0, 0.0, -1.0]))
    # In order: link, pair, link, pair, pair.
    assert found == {
        "auc": pytest.approx(5 / 6),
        "ap": pytest.approx((1 / 1 + 2 / 3) / 2),
    }
