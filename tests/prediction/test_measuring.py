import math

import numpy as np
import pytest

from kerazoo.prediction import ClassAnswers
from kerazoo.prediction import Inputs
from kerazoo.prediction import Predictor
from kerazoo.prediction import RankedAnswers
from kerazoo.prediction import Row
from kerazoo.prediction.measuring import measure_export
from kerazoo.prediction.report import class_tables

CLASSES = {"family": "transformer", "task": "classify", "class_names": ["bad", "good"]}


class Known(Predictor):
    """Answers with what the items are."""

    answers = RankedAnswers(["value"])

    def ask(self, items, shared=None):
        return list(items), {}


def measure(metadata, items, labels):
    rows = [
        Row(f"line {i}", [], item, label=label, problem=None if item else "blank")
        for i, (item, label) in enumerate(zip(items, labels), 1)
    ]
    inputs = Inputs([], rows, len(rows), "rows")
    return measure_export(metadata, inputs, Known(), batch_size=2)


class Probable(Known):
    answers = ClassAnswers(["bad", "good"])


def test_classes():
    rows = [
        Row("line 1", [], np.array([0.9, 0.1]), label="bad"),
        Row("line 2", [], np.array([0.2, 0.8]), label="bad"),
        Row("line 3", [], np.array([0.4, 0.6]), label="good"),
        Row("line 4", [], None, "a blank text", "good"),
    ]
    with pytest.warns(UserWarning, match="1 of 4 texts have no answer.*line 4"):
        found = measure_export(CLASSES, Inputs([], rows, 4, "texts"), Probable())
    assert found["examples"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["loss"] == pytest.approx(-np.mean(np.log([0.9, 0.2, 0.6])))
    assert found["roc_auc"] == 0.5  # 0.6 is between 0.1 and 0.8.
    assert found["confusion"] == [[1, 1], [0, 1]]
    assert found["per_class"]["good"]["precision"] == 0.5
    lines = [line.split() for line in class_tables(found)]
    assert ["bad", "1", "0.5", "0.6667", "2"] in lines
    assert ["bad", "1", "1"] in lines and ["good", "0", "1"] in lines


def test_labels_must_be_classes():
    rows = [Row("line 7", [], np.array([0.9, 0.1]), label="fine")]
    with pytest.raises(ValueError, match="line 7.*bad, good. Received: .fine"):
        measure_export(CLASSES, Inputs([], rows, 1, "texts"), Probable())


def test_values():
    metadata = {
        "family": "gnn",
        "task": "graph",
        "class_names": None,
        "inputs": {"smiles_column": "smiles"},
    }
    items = [[{"value": 1.0}], [{"value": 2.0}], [{"value": 6.0}]]
    found = measure(metadata, items, ["1", "3", "4"])
    assert found["mae"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert found["r2"] == pytest.approx(1 - 5 / (14 / 3))
    with pytest.raises(ValueError, match="line 1: expected a number.*'many'"):
        measure(metadata, items[:1], ["many"])


def test_links():
    metadata = {"family": "gnn", "task": "link", "inputs": {"directed": False}}
    items = [[{"probability": p}] for p in (0.9, 0.8, 0.7, 0.1)]
    found = measure(metadata, items, ["1", "0", "1", "0"])
    assert found["auc"] == pytest.approx(3 / 4)
    assert found["ap"] == pytest.approx((1 + 2 / 3) / 2)


def test_translations():
    metadata = {"family": "transformer", "task": "translate", "beam_size": 2}
    items = [[{"translation": t}] for t in ("the cat  sat there", "a DOG")]
    labels = ["the cat sat there", "a dog"]
    found = measure(metadata, items, labels)
    assert found["exact_match"] == 0.5
    assert 0 < found["bleu"] < found["bleu_lower_case"] <= 100.001
    found = measure({**metadata, "lower_case": True}, items, labels)
    assert found["exact_match"] == 1 and found["chrf"] == pytest.approx(100)


def test_language_models():
    metadata = {"family": "transformer", "task": "generate"}
    items = [
        [{"log_probability": -6.0, "num_tokens": 2}],
        [{"log_probability": -2.0, "num_tokens": 6}],
    ]
    found = measure(metadata, items, [None, None])
    assert (found["loss"], found["tokens"]) == (1, 8)
    assert found["perplexity"] == pytest.approx(math.e)
