import numpy as np
import pytest
from sklearn import metrics

from kerazoo.evaluation.graphs.target_metrics import target_class_metrics
from kerazoo.evaluation.graphs.target_metrics import target_value_metrics

NAMES = ("a", "b", "c")


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_classes_by_target(random):
    labels = random.integers(0, 2, (40, 3)).astype("float32")
    labels[random.random((40, 3)) < 0.3] = np.nan
    labels[:, 2] = np.where(np.isnan(labels[:, 2]), np.nan, 1)  # One answer alone.
    logits = random.normal(size=(40, 3))
    found = target_class_metrics(labels, logits, NAMES)
    areas = []
    for t in (0, 1):
        known = ~np.isnan(labels[:, t])
        areas.append(metrics.roc_auc_score(labels[known, t], logits[known, t]))
        assert found[f"roc_auc_{NAMES[t]}"] == pytest.approx(areas[-1])
    assert found["roc_auc"] == pytest.approx(np.mean(areas))
    assert "roc_auc_c" not in found
    known = ~np.isnan(labels)
    loss = metrics.log_loss(labels[known], 1 / (1 + np.exp(-logits[known])))
    assert found["loss"] == pytest.approx(loss)
    right = (logits[known] > 0) == (labels[known] == 1)
    assert found["accuracy"] == pytest.approx(right.mean())


def test_one_answer_of_all_targets_has_no_area():
    labels = np.array([[1.0, np.nan], [1.0, 0.0]])
    found = target_class_metrics(labels, np.zeros((2, 2)), "ab")
    assert found.keys() == {"loss", "accuracy"}


def test_values_by_target(random):
    targets = random.normal(size=(30, 3))
    predictions = targets + random.normal(size=(30, 3)) * [1, 10, 0.1]
    targets[random.random((30, 3)) < 0.3] = np.nan
    targets[:, 2] = np.nan
    found = target_value_metrics(targets, predictions, NAMES, [1, 10, 1])
    scaled = []
    for t, scale in ((0, 1), (1, 10)):
        known = ~np.isnan(targets[:, t])
        own = targets[known, t], predictions[known, t]
        error = metrics.root_mean_squared_error(*own)
        assert found[f"rmse_{NAMES[t]}"] == pytest.approx(error)
        mae = metrics.mean_absolute_error(*own)
        assert found[f"mae_{NAMES[t]}"] == pytest.approx(mae)
        scaled.append(error / scale)
    assert found["scaled_rmse"] == pytest.approx(np.mean(scaled))
    assert "rmse_c" not in found
