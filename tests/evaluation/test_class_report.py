import numpy as np

from kerazoo.evaluation.class_report import class_report


def test_counts_by_hand():
    labels = np.array([0, 0, 0, 1, 1, 3])
    predicted = np.array([0, 1, 1, 1, 0, 0])
    report = class_report(labels, predicted, ["a", "b", "c", "d"])
    assert report["confusion"] == [
        [1, 2, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [1, 0, 0, 0],
    ]
    a, b = report["per_class"]["a"], report["per_class"]["b"]
    assert (a["precision"], a["recall"], a["support"]) == (1 / 3, 1 / 3, 3)
    assert (b["precision"], b["recall"], b["f1"]) == (1 / 3, 1 / 2, 2 / 5)
    # Never there, or never predicted.
    assert report["per_class"]["c"] == {
        "precision": 0,
        "recall": 0,
        "f1": 0,
        "support": 0,
    }
    assert report["per_class"]["d"]["support"] == 1
