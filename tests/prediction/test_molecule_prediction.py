"""Answers about mixtures, reactions and several targets, and how good they are."""

import json

import numpy as np
import pytest

pytest.importorskip("rdkit")

from kerazoo.data.graphs.molecule_columns import MoleculeColumns
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.prediction import Columns
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import predict
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.labelled_inputs import open_labelled
from kerazoo.prediction.measuring import measure_export
from kerazoo.prediction.molecule_answers import UncertainClassAnswers
from kerazoo.prediction.molecule_answers import graph_answers
from kerazoo.prediction.molecule_answers import graph_rows
from kerazoo.prediction.row import Row
from kerazoo.prediction.target_labels import target_labels
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.gnn import GraphPrediction
from tests.prediction.exports import export_untrained
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv

LEFT = ["CCO", "c1ccccc1", "CC(=O)O", "CCN", "C", "", "ClCCl", "OCC(O)CO"] * 2
RIGHT = ["O", "", "CO", "CCC", "CN", "C#N", "Cl", "c1ccncc1"] * 2
SMALL = EncoderConfig("dmpnn", hidden_size=6, num_layers=2)


@pytest.fixture(scope="module")
def mixtures(tmp_path_factory):
    """A task of two answers about two molecules, its export and its file."""
    folder = tmp_path_factory.mktemp("mixtures")
    rows = [
        f"{left},{right},{i % 2},{'' if i % 3 else (i // 3) % 2}"
        for i, (left, right) in enumerate(zip(LEFT, RIGHT))
    ]
    path = folder / "own.csv"
    path.write_text("\n".join(["one,other,acts,is toxic", *rows]) + "\n")
    task = GraphPrediction(
        "own.csv",
        folder,
        MoleculeColumns("one,other", "acts,is toxic"),
        batch_size=4,
        encoder=SMALL,
    )
    return task, export_untrained(task, folder / "model"), path


@pytest.mark.slow
def test_answers_of_each_target(mixtures, tmp_path):
    task, version, path = mixtures
    predict(version, path, tmp_path / "answers.csv", batch_size=5)
    rows = read_csv(tmp_path / "answers.csv")
    logits = task.predict(np.arange(len(LEFT)))
    assert logits.std(axis=0).min() > 1e-3
    expected = 1 / (1 + np.exp(-logits))
    names = ["acts", "is toxic"]
    found = numbers(rows, *(f"probability_{name}" for name in names))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    for t, name in enumerate(names):  # Columns of the file keep their names.
        labels = [row[f"predicted_{name}"] for row in rows]
        assert labels == ["01"[int(p > 0.5)] for p in expected[:, t]]
    predict(version, path, tmp_path / "answers.jsonl")
    first = json.loads((tmp_path / "answers.jsonl").read_text().splitlines()[0])
    assert first["probability_is toxic"] == pytest.approx(expected[0, 1], rel=1e-4)


def test_outputs_and_metadata(mixtures):
    _, version, _ = mixtures
    metadata = read_metadata(version)
    assert find_kind(metadata).answers == "targets"
    assert metadata["targets"] == [
        {"name": "acts", "output": "acts"},
        {"name": "is toxic", "output": "is_toxic"},
    ]
    assert metadata["class_names"] == ["0", "1"]
    assert metadata["inputs"]["form"]["num_columns"] == 2


def test_measures_are_those_of_the_task(mixtures):
    task, version, path = mixtures
    metadata = read_metadata(version)
    inputs = open_labelled(metadata, data_dir=str(path))
    found = measure_export(metadata, inputs, load_predictor(version, metadata))
    expected = task._metrics(np.arange(len(LEFT)))
    assert found.pop("examples") == len(LEFT)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-3), name


def test_other_columns_are_refused(mixtures, tmp_path):
    _, version, path = mixtures
    inputs = open_inputs(read_metadata(version), path, Columns(smiles_column="one"))
    predictor = load_predictor(version, read_metadata(version))
    with pytest.raises(ValueError, match="2 columns .* Received: 1"):
        predictor.prepare(next(iter(inputs.rows)).item)
    with pytest.raises(ValueError, match="not for targets. Received: top_k=1"):
        predict(version, path, tmp_path / "answers.csv", top_k=1)


def test_columns_and_rows_of_an_ensemble():
    found = {
        "value_a": np.array([1.0, 2.0]),
        "value_b_c": np.array([3.0, 4.0]),
        "deviation_a": np.array([0.1, 0.2]),
        "deviation_b_c": np.array([0.3, 0.4]),
    }
    targets = [{"name": "a", "output": "a"}, {"name": "b c", "output": "b_c"}]
    metadata = {"class_names": None, "targets": targets, "members": 3}
    answers = graph_answers(metadata)
    assert answers.columns == ["a", "deviation_a", "b c", "deviation_b c"]
    rows = graph_rows(metadata, found)
    assert answers.cells(rows[1]) == ["2.0", "0.2", "4.0", "0.4"]
    metadata = {"class_names": None, "members": 3}
    found = {"value": np.array([1.5]), "deviation": np.array([0.25])}
    (row,) = graph_rows(metadata, found)
    assert graph_answers(metadata).fields(row) == {"value": 1.5, "deviation": 0.25}


def test_classes_of_an_ensemble():
    metadata = {"class_names": ["bad", "good"], "members": 2}
    probabilities, deviations = np.array([[0.25, 0.75]]), np.array([[0.1, 0.2]])
    (row,) = graph_rows(
        metadata, {"probabilities": probabilities, "deviation": deviations}
    )
    answers = graph_answers(metadata)
    assert isinstance(answers, UncertainClassAnswers)
    assert answers.cells(row) == ["good", "0.75", "0.25", "0.75", "0.2"]
    assert answers.fields(row)["deviation"] == 0.2


@pytest.mark.parametrize(
    ("names", "label", "message"),
    [
        (["0", "1"], ("1", "2"), "line 2: expected a class of the model, 0 or 1.*'2'"),
        (None, ("1", "many"), "line 2: expected a number.*'many'"),
    ],
)
def test_labels_that_the_model_has_not(names, label, message):
    row = Row("line 2", [], "CCO", label=label)
    with pytest.raises(ValueError, match=message):
        target_labels({"class_names": names}, row)


@pytest.mark.slow
@pytest.mark.parametrize("agents", ["", "O"])
@pytest.mark.parametrize("mapped", [False, True])
def test_reactions_are_answered_as_the_task_does(tmp_path, agents, mapped):
    sides = ("[CH3:1][Br:2].[OH-:3]", "[CH3:1][OH:3].[Br-:2]")
    if not mapped:
        sides = ("CBr.[OH-]", "CO.[Br-]")
    texts = [
        f"{sides[0]}.C{'C' * i}>{agents * (i % 2)}>{sides[1]}.C{'C' * i}"
        for i in range(12)
    ]
    path = tmp_path / "own.csv"
    rows = [f"{text},{i / 7}" for i, text in enumerate(texts)]
    path.write_text("\n".join(["reaction,yield", *rows]) + "\n")
    task = GraphPrediction("own.csv", tmp_path, batch_size=4, encoder=SMALL)
    version = export_untrained(task, tmp_path / "model")
    path.write_text("\n".join(["reaction", *texts, "CCO"]) + "\n")
    with pytest.warns(UserWarning, match="1 of 13 molecules.*line 14: .*no arrow"):
        predict(version, path, tmp_path / "answers.csv")
    rows = read_csv(tmp_path / "answers.csv")
    expected = task.predict(np.arange(12))
    assert expected.std() > 1e-4
    found = numbers(rows[:12], "value")[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
